using System.Globalization;
using System.Text.RegularExpressions;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The folder of one installed PostgreSQL with its server programs.</summary>
internal sealed partial record PostgresBinaries(string Folder, Version Version)
{
    private const int OldestMajor = 15;

    private const string ThreeWays = """
        Get a database in one of three ways, then start again:
          1. Install PostgreSQL's server on this machine: apt install postgresql (Debian, Ubuntu), dnf install postgresql-server postgresql-contrib (Fedora, RHEL), brew install postgresql@17 (macOS), or the installer from https://www.postgresql.org/download/windows (Windows).
          2. Run service and database in containers: docker compose up --build --wait
          3. Use a PostgreSQL 15+ server that you have: set ConnectionStrings__Workspace, for example to "Host=localhost;Database=workspace;Username=me;Password=secret".
        """;

    private static readonly string[] _programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>The full path of one of the programs.</summary>
    public string Program(string name) => PathOf(Folder, name);

    /// <summary>Finds the programs for a data folder of the given major version, or else the newest ones.</summary>
    public static async Task<PostgresBinaries> FindAsync(int? dataVersion, string dataDirectory, CancellationToken cancellationToken)
    {
        var configured = await ProgramResult.OfAsync("pg_config", ["--bindir"], cancellationToken);
        return await FindAsync(
            configured.Succeeded ? UsualFolders().Prepend(configured.Output) : UsualFolders(),
            dataVersion,
            dataDirectory,
            cancellationToken);
    }

    /// <summary>The same, among the given folders only.</summary>
    internal static async Task<PostgresBinaries> FindAsync(
        IEnumerable<string> folders, int? dataVersion, string dataDirectory, CancellationToken cancellationToken)
    {
        var installed = new List<PostgresBinaries>();
        foreach (var folder in folders.Select(RealFolder).OfType<string>().Distinct())
        {
            var printed = await ProgramResult.OfAsync(PathOf(folder, "postgres"), ["--version"], cancellationToken);
            if (printed.Succeeded && VersionNumber().Match(printed.Output) is { Success: true } match)
            {
                var minor = match.Groups["minor"] is { Success: true } group ? Number(group) : 0;
                installed.Add(new PostgresBinaries(folder, new Version(Number(match.Groups["major"]), minor)));
            }
        }

        var found = installed.Count == 0
            ? string.Empty
            : $" Found: {string.Join(", ", installed.Select(one => $"PostgreSQL {one.Version} in {one.Folder}"))}.";
        var usable = installed.Where(one => one.Version.Major >= OldestMajor).OrderByDescending(one => one.Version).ToList();
        if (dataVersion is null)
        {
            return usable.FirstOrDefault() ?? throw new EmbeddedPostgresException(
                $"No connection string is configured, and no PostgreSQL {OldestMajor} or newer is installed to start a private server with.{found}\n{ThreeWays}");
        }

        return usable.Find(one => one.Version.Major == dataVersion) ?? throw new EmbeddedPostgresException(
            $"The data folder {dataDirectory} was made with PostgreSQL {dataVersion}, which is not installed.{found} "
            + $"Install PostgreSQL {dataVersion} again to keep using that data. {PostgresCluster.OtherFolder}\n{ThreeWays}");
    }

    private static IEnumerable<string> UsualFolders()
    {
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        string[] single =
        [
            "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin",
            "/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nix-profile", "bin"),
        ];
        (string Parent, string Pattern)[] versioned =
        [
            ("/usr/lib/postgresql", "*"),
            ("/usr", "pgsql-*"),
            ("/usr/libexec", "postgresql*"),
            ("/opt/homebrew/opt", "postgresql*"),
            ("/usr/local/opt", "postgresql*"),
            ("/home/linuxbrew/.linuxbrew/opt", "postgresql*"),
            ("/Applications/Postgres.app/Contents/Versions", "*"),
            (Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*"),
        ];
        return path.Where(Path.IsPathRooted)
            .Concat(single)
            .Concat(versioned
                .Where(entry => Directory.Exists(entry.Parent))
                .SelectMany(entry => Directory.EnumerateDirectories(
                    entry.Parent, entry.Pattern, new EnumerationOptions { IgnoreInaccessible = true }))
                .SelectMany(folder => new[] { Path.Combine(folder, "bin"), folder }));
    }

    /// <summary>The folder that holds all the programs together, behind any links; null where there is none.</summary>
    private static string? RealFolder(string folder)
    {
        var initdb = PathOf(folder, "initdb");
        if (!File.Exists(initdb))
        {
            return null;
        }

        var target = File.ResolveLinkTarget(initdb, returnFinalTarget: true)?.FullName ?? initdb;
        return Array.Find(
            [Path.GetDirectoryName(target)!, folder],
            candidate => _programs.All(program => File.Exists(PathOf(candidate, program))));
    }

    private static string PathOf(string folder, string program) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? $"{program}.exe" : program);

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\) (?<major>\d+)(\.(?<minor>\d+))?", RegexOptions.ExplicitCapture)]
    private static partial Regex VersionNumber();
}
