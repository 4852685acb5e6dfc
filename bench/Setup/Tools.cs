namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>The programs that send the load.</summary>
internal sealed record Tools(string Wrk, string PgBench)
{
    public static Tools Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BenchmarkFailure("The benchmark runs only on Linux. It reads the processor time of each process from /proc.");
        }

        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql")
                .OrderDescending(StringComparer.Ordinal)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        return new Tools(
            FindIn(path, "wrk") ?? throw Missing("wrk", "wrk"),
            FindIn([.. path, .. debian], "pgbench") ?? throw Missing("pgbench", "postgresql"));
    }

    private static string? FindIn(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static BenchmarkFailure Missing(string name, string package) =>
        new($"The benchmark needs {name}, which is not installed. On Debian and Ubuntu: apt install {package}");
}
