using System.Globalization;
using System.Text.RegularExpressions;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The server programs of one installed PostgreSQL.</summary>
/// <param name="Folder">The folder of the programs.</param>
/// <param name="Version">The version of PostgreSQL.</param>
internal sealed partial record PostgresBinaries(string Folder, Version Version)
{
    private const int MinMajorVersion = 15;

    private const string ThreeWays = """
        Get a database in one of three ways, then start again:
          1. Install the PostgreSQL server on this machine:
             Debian, Ubuntu: apt install postgresql
             Fedora, RHEL:   dnf install postgresql-server postgresql-contrib
             macOS:          brew install postgresql@17
             Windows:        the installer from https://www.postgresql.org/download/windows
          2. Run service and database in containers: docker compose up --build --wait
          3. Use your own PostgreSQL 15+ server: set ConnectionStrings__Workspace, for example to
             "Host=localhost;Database=workspace;Username=me;Password=secret".
        """;

    private static readonly string[] _programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>The full path of one of the programs.</summary>
    public string Program(string name) => PathOf(Folder, name);

    /// <summary>Finds the programs of one major version, or the newest ones.</summary>
    /// <param name="dataVersion">The major version of the data folder, or null if the folder has no data yet.</param>
    /// <param name="dataDirectory">The data folder, for messages.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static async Task<PostgresBinaries> FindAsync(int? dataVersion, string dataDirectory, CancellationToken cancellationToken)
    {
        var configured = await ProgramResult.OfAsync("pg_config", ["--bindir"], cancellationToken);
        return await FindAsync(
            configured.Succeeded ? UsualFolders().Prepend(configured.Output) : UsualFolders(),
            dataVersion,
            dataDirectory,
            cancellationToken);
    }

    /// <summary>Finds the programs in the given folders only.</summary>
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
        var usable = installed.Where(one => one.Version.Major >= MinMajorVersion).OrderByDescending(one => one.Version).ToList();
        if (dataVersion is null)
        {
            return usable.FirstOrDefault() ?? throw new PrivatePostgresException(
                $"No connection string is configured. A private server needs PostgreSQL {MinMajorVersion} or newer, which is not installed."
                + $"{found}\n{ThreeWays}");
        }

        return usable.Find(one => one.Version.Major == dataVersion) ?? throw new PrivatePostgresException(
            $"The data folder {dataDirectory} was made with PostgreSQL {dataVersion}, which is not installed.{found} "
            + $"Install PostgreSQL {dataVersion} to use that data. {PostgresCluster.OtherFolder}\n{ThreeWays}");
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

    /// <summary>Follows links to the folder that holds all the programs. Returns null if there is none.</summary>
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
