using System.Globalization;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>What the kernel has counted for processes on this machine (proc(5)).</summary>
internal static class ProcessorTime
{
    // USER_HZ, which is the same on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat, counted from the one after the name.
    private const int Parent = 1;
    private const int OwnTime = 11;
    private const int EndedChildrensTime = 13;

    /// <summary>Of one process, in seconds.</summary>
    public static double OfProcess(int process) => Read(process) is { } fields ? Sum(fields, OwnTime) : 0;

    /// <summary>Of a process and of its children, those that have ended included, in seconds.</summary>
    public static double OfFamily(int process)
    {
        var total = Read(process) is { } fields ? Sum(fields, OwnTime) + Sum(fields, EndedChildrensTime) : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is { } child && child[Parent] == $"{process}")
            {
                total += Sum(child, OwnTime);
            }
        }

        return total;
    }

    /// <summary>The parent of a process of that name; null where there is no such process on this machine.</summary>
    public static int? FindParent(int process, string name) =>
        File.Exists($"/proc/{process}/comm") && File.ReadAllText($"/proc/{process}/comm").Trim() == name && Read(process) is { } fields
            ? int.Parse(fields[Parent], CultureInfo.InvariantCulture)
            : null;

    /// <summary>How much memory a process holds, and the most that it held, in MiB.</summary>
    public static (double Now, double Most) MemoryOf(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/status");
        double Find(string name) => double.Parse(
            lines.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture) / 1024;
        return (Find("VmRSS:"), Find("VmHWM:"));
    }

    private static double Sum(string[] fields, int first) =>
        (long.Parse(fields[first], CultureInfo.InvariantCulture) + long.Parse(fields[first + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;

    private static string[]? Read(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            // The name may hold blanks and brackets.
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
