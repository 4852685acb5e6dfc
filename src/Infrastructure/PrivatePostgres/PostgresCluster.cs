using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>
/// The server on one data folder. The caller holds the folder's lock.
/// The programs run inside the data folder with relative names, as pg_ctl passes the names on to a shell.
/// </summary>
internal sealed class PostgresCluster(PostgresBinaries binaries, string dataDirectory, string? account, bool durable)
{
    /// <summary>The advice that ends every message about a folder.</summary>
    public const string OtherFolder = "You can also set Database__DataDirectory to another folder, "
        + "or ConnectionStrings__Workspace to an existing PostgreSQL 15+ server.";

    private const string Cluster = "cluster";
    private const string Unfinished = "cluster.new-";
    private const string Password = "password";
    private const string Log = "server.log";
    private const string Name = "workspace";
    private const int StartSeconds = 120;
    private const int StopSeconds = 20;

    // The index for searching holds letters only, and in the locale C those beyond ASCII are none. The first that the machine has.
    private static readonly string[] _letters = ["C.UTF-8", "en_US.UTF-8", "C"];

    public string DataDirectory => dataDirectory;

    private string ProcessFile => Path.Combine(dataDirectory, Cluster, "postmaster.pid");

    /// <summary>The major version that made the cluster; null where there is no cluster yet.</summary>
    public static int? ReadVersion(string dataDirectory)
    {
        var cluster = Path.Combine(dataDirectory, Cluster);
        if (!Directory.Exists(cluster))
        {
            return null;
        }

        var version = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(version) && int.TryParse(File.ReadAllText(version), CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new EmbeddedPostgresException(
                $"{cluster} is not a readable PostgreSQL data folder: {version} is missing or damaged. "
                + $"Restore it, or move {dataDirectory} away to begin with an empty database. {OtherFolder}");
    }

    /// <summary>Starts the server, or takes over the one that runs already, and returns its connection string.</summary>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        RemoveUnfinished();
        if (!Directory.Exists(Path.Combine(dataDirectory, Cluster)))
        {
            await CreateAsync(cancellationToken);
        }

        var password = Path.Combine(dataDirectory, Password);
        if (!File.Exists(password))
        {
            throw new EmbeddedPostgresException(
                $"The password of the database in {dataDirectory} is missing: there is no file {password}. "
                + $"Restore it, or move {dataDirectory} away to begin with an empty database. {OtherFolder}");
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = IPAddress.Loopback.ToString(),
            Database = Name,
            Username = Name,
            Password = await File.ReadAllTextAsync(password, cancellationToken),
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        if (await TakeOverAsync(connection, cancellationToken))
        {
            return connection.ConnectionString;
        }

        try
        {
            connection.Port = await LaunchAsync(cancellationToken);
            await OpenAsync(connection, cancellationToken);
            return connection.ConnectionString;
        }
        catch (NpgsqlException exception)
        {
            await StopAsync();
            throw Failure($"PostgreSQL {binaries.Version} started on {dataDirectory} but is not usable: {exception.Message}", exception);
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Stops the server where it runs, with open connections closed and all data written.</summary>
    public async Task StopAsync()
    {
        // The second mode is for a server that hangs; the next start repairs what it leaves.
        foreach (var mode in new[] { "fast", "immediate" })
        {
            if (ServerProcess.Read(ProcessFile)?.State != ServerState.Running)
            {
                return;
            }

            await PgCtlAsync(["stop", "-w", "-m", mode, "-t", $"{StopSeconds}"], StopSeconds, CancellationToken.None);
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        // Only a complete cluster gets its final name, so an interrupted start is simply done again. Each attempt has
        // a name of its own, as initdb can outlive a killed service for a moment.
        var unfinished = "";
        var result = default(ProgramResult);
        await CreatePasswordAsync(cancellationToken);
        foreach (var letters in _letters)
        {
            unfinished = $"{Unfinished}{Guid.NewGuid():N}";
            string[] arguments =
            [
                "--pgdata", unfinished, "--username", Name, "--pwfile", Password, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C", "--lc-ctype", letters, "--no-instructions",
            ];
            result = await ProgramResult.OfAsync(
                binaries.Program("initdb"), durable ? arguments : [.. arguments, "--no-sync"], cancellationToken, account, dataDirectory, StartSeconds);
            if (result.Succeeded)
            {
                break;
            }
        }

        if (result is not { Succeeded: true })
        {
            throw Failure($"PostgreSQL {binaries.Version} could not create a database in {dataDirectory}:\n{LastLines(result!.Output)}");
        }

        Directory.Move(Path.Combine(dataDirectory, unfinished), Path.Combine(dataDirectory, Cluster));
    }

    private void RemoveUnfinished()
    {
        foreach (var unfinished in Directory.EnumerateDirectories(dataDirectory, $"{Unfinished}*"))
        {
            try
            {
                Directory.Delete(unfinished, recursive: true);
            }
            catch (IOException)
            {
                // An initdb that has yet to notice the end of its service writes to it; the next start removes it.
            }
        }
    }

    private async Task CreatePasswordAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(dataDirectory, Password);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new FileStream(path, options))
        {
            await file.WriteAsync(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(48)), cancellationToken);
            file.Flush(flushToDisk: true);
        }

        if (account is not null)
        {
            await ProgramResult.OfAsync("chown", [$"{account}:", path], cancellationToken);
        }
    }

    private async Task<bool> TakeOverAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellationToken)
    {
        if (ServerProcess.Read(ProcessFile) is not { } server)
        {
            return false;
        }

        try
        {
            connection.Port = server.Port;
            // The random password shows that it is the server of this folder; it must also keep data as safe as asked.
            if (await OpenAsync(connection, cancellationToken) == durable)
            {
                return true;
            }
        }
        catch (NpgsqlException)
        {
            // It is gone, hangs or belongs to someone else: the process decides which.
        }

        if (server.State == ServerState.Replaced)
        {
            // PostgreSQL believes any process with the recorded number to be the server, and would refuse to start.
            File.Delete(ProcessFile);
        }

        await StopAsync();
        return false;
    }

    private async Task<int> LaunchAsync(CancellationToken cancellationToken)
    {
        var log = Path.Combine(dataDirectory, Log);
        for (var attempt = 1; ; attempt++)
        {
            if (File.Exists(log))
            {
                // Keeps the log short, and the last lines of a new one belong to this start.
                File.Move(log, $"{log}.old", overwrite: true);
            }

            var port = FreePort();
            // Nothing here may need quotes: pg_ctl hands it to a shell.
            var options = $"-c port={port} -c listen_addresses={IPAddress.Loopback} -c unix_socket_directories= -c max_connections=200"
                // What the server refuses, the service answers for. Its own log would tell the values, people's data among them.
                + " -c log_error_verbosity=terse -c log_min_error_statement=panic"
                + (durable ? " -c fsync=on" : " -c fsync=off -c full_page_writes=off");
            var result = await PgCtlAsync(
                ["start", "-w", "-t", $"{StartSeconds}", "-l", Log, "-o", options], StartSeconds, cancellationToken);
            if (result.Succeeded)
            {
                return port;
            }

            // Another program took the port in between, or the last processes of a killed server are still ending.
            var logged = File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken) : string.Empty;
            var passing = logged.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal)
                || logged.Contains("pre-existing shared memory block", StringComparison.Ordinal);
            if (!passing || attempt == 10)
            {
                throw Failure($"PostgreSQL {binaries.Version} did not start on {dataDirectory}:\n{LastLines(logged.Length > 0 ? logged : result.Output)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
        }
    }

    /// <summary>Connects, creating the database where it is missing, and tells whether the server is durable.</summary>
    private static async Task<bool> OpenAsync(NpgsqlConnectionStringBuilder builder, CancellationToken cancellationToken)
    {
        var direct = new NpgsqlConnectionStringBuilder(builder.ConnectionString) { Pooling = false, Timeout = 5 };
        try
        {
            return await QueryAsync(direct, "SELECT current_setting('fsync') = 'on'", cancellationToken) is true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            direct.Database = "postgres";
            await QueryAsync(direct, $"CREATE DATABASE {Name}", cancellationToken);
            direct.Database = Name;
            return await QueryAsync(direct, "SELECT current_setting('fsync') = 'on'", cancellationToken) is true;
        }
    }

    private static async Task<object?> QueryAsync(
        NpgsqlConnectionStringBuilder builder, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private Task<ProgramResult> PgCtlAsync(string[] arguments, int seconds, CancellationToken cancellationToken) =>
        // Longer than pg_ctl's own limit, which ends with a better message.
        ProgramResult.OfAsync(
            binaries.Program("pg_ctl"), [.. arguments, "-D", Cluster], cancellationToken, account, dataDirectory, seconds + 10);

    private EmbeddedPostgresException Failure(string message, Exception? cause = null)
    {
        // The server cannot log that the disk is full when the log is on that disk.
        var free = new DriveInfo(dataDirectory).AvailableFreeSpace >> 20;
        var space = free < 100 ? $"The disk has only {free} MiB free, and a database needs 100 MiB: free some space. " : string.Empty;
        var log = Path.Combine(dataDirectory, Log);
        var logHint = File.Exists(log) ? $"The server's log is {log}. " : string.Empty;
        return new EmbeddedPostgresException($"{message}\n{space}{logHint}{OtherFolder}", cause);
    }

    private static string LastLines(string text) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(8).Select(line => $"  {line}"));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private enum ServerState
    {
        Gone,
        Running,
        Replaced,
    }

    /// <summary>What the server wrote about itself: process number, start in seconds since 1970, and port.</summary>
    private sealed record ServerProcess(int Id, long Started, int Port)
    {
        public ServerState State
        {
            get
            {
                try
                {
                    using var process = Process.GetProcessById(Id);
                    // An ended process that its parent has not collected yet still has its number and name.
                    var ended = OperatingSystem.IsLinux()
                        && File.ReadAllText($"/proc/{Id}/stat").Contains(") Z ", StringComparison.Ordinal);
                    var started = new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
                    return !ended && process.ProcessName == "postgres" && Math.Abs(started - Started) < 60
                        ? ServerState.Running
                        : ServerState.Replaced;
                }
                catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
                {
                    return ServerState.Gone;
                }
                catch (Exception exception) when (exception is Win32Exception or UnauthorizedAccessException)
                {
                    return ServerState.Replaced;
                }
            }
        }

        public static ServerProcess? Read(string path)
        {
            if (!File.Exists(path))
            {
                return null;
            }

            var lines = File.ReadAllLines(path);
            return lines.Length > 3
                && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id)
                && long.TryParse(lines[2], CultureInfo.InvariantCulture, out var started)
                && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
                ? new ServerProcess(id, started, port)
                : null;
        }
    }
}
