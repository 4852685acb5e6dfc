using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The PostgreSQL cluster in a data folder, and its server.</summary>
/// <remarks>The programs run inside the data folder with relative names, because pg_ctl passes the names to a shell.</remarks>
internal sealed class PostgresCluster(PostgresBinaries binaries, string dataDirectory, string? account, bool durable)
{
    /// <summary>The advice at the end of every message about a folder.</summary>
    public const string OtherFolder = "You can also set Database__DataDirectory to another folder, "
        + "or ConnectionStrings__Workspace to an existing PostgreSQL 15+ server.";

    private const string Cluster = "cluster";
    private const string UnfinishedPrefix = "cluster.new-";
    private const string Password = "password";
    private const string Log = "server.log";
    private const string Name = "workspace";
    private const int StartSeconds = 120;
    private const int StopSeconds = 20;

    // Locales in order of preference. The search index holds letters only, and the locale C knows no letters outside ASCII.
    private static readonly string[] _characterTypes = ["C.UTF-8", "en_US.UTF-8", "C"];

    private string ProcessFile => ProcessFileIn(dataDirectory);

    /// <summary>Reads the major version of the cluster. Returns null if there is no cluster yet.</summary>
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
            : throw new PrivatePostgresException(
                $"{cluster} is not a readable PostgreSQL data folder: {version} is missing or damaged. "
                + $"Restore it, or move {dataDirectory} away to begin with an empty database. {OtherFolder}");
    }

    /// <summary>
    /// Connects to the running server of a data folder. Returns its connection string, or null if no server runs, if it does not
    /// answer, or if its durability is not the requested one.
    /// </summary>
    public static async Task<string?> FindRunningAsync(string dataDirectory, bool durable, CancellationToken cancellationToken)
    {
        if (ServerProcess.Read(ProcessFileIn(dataDirectory)) is not { } server || !File.Exists(Path.Combine(dataDirectory, Password)))
        {
            return null;
        }

        var connection = await CreateConnectionAsync(dataDirectory, cancellationToken);
        connection.Port = server.Port;
        try
        {
            var (isOfFolder, isDurable) = await OpenAsync(connection, dataDirectory, cancellationToken);
            return isOfFolder && isDurable == durable ? connection.ConnectionString : null;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>Starts the server and returns its connection string. If the server runs already, the method uses it.</summary>
    /// <remarks>The caller makes sure that no other program uses, starts or stops the server.</remarks>
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
            throw new PrivatePostgresException(
                $"The password of the database in {dataDirectory} is missing: there is no file {password}. "
                + $"Restore it, or move {dataDirectory} away to begin with an empty database. {OtherFolder}");
        }

        var connection = await CreateConnectionAsync(dataDirectory, cancellationToken);
        if (await TakeOverAsync(connection, cancellationToken))
        {
            return connection.ConnectionString;
        }

        try
        {
            connection.Port = await LaunchAsync(cancellationToken);
            await OpenAsync(connection, dataDirectory, cancellationToken);
            return connection.ConnectionString;
        }
        catch (NpgsqlException exception)
        {
            await StopAsync();
            throw Explain($"PostgreSQL {binaries.Version} started on {dataDirectory} but is not usable: {exception.Message}", exception);
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Stops the server if it runs. The server closes open connections and writes all data.</summary>
    public async Task StopAsync()
    {
        // The second mode ends a server that hangs. The next start recovers its data.
        foreach (var mode in new[] { "fast", "immediate" })
        {
            if (ServerProcess.Read(ProcessFile) is not { IsRunning: true })
            {
                return;
            }

            await PgCtlAsync(["stop", "-w", "-m", mode, "-t", $"{StopSeconds}"], StopSeconds, CancellationToken.None);
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        // Only a complete cluster gets the final name, so the next start repeats an interrupted one. Each attempt has its own name,
        // because initdb can run on for a moment after the service was killed.
        var unfinished = "";
        var result = default(ProgramResult);
        await CreatePasswordAsync(cancellationToken);
        foreach (var characterType in _characterTypes)
        {
            unfinished = $"{UnfinishedPrefix}{Guid.NewGuid():N}";
            string[] arguments =
            [
                "--pgdata", unfinished, "--username", Name, "--pwfile", Password, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C", "--lc-ctype", characterType, "--no-instructions",
            ];
            result = await ProgramResult.OfAsync(
                binaries.Program("initdb"),
                durable ? arguments : [.. arguments, "--no-sync"],
                cancellationToken,
                account,
                dataDirectory,
                StartSeconds);
            if (result.Succeeded)
            {
                break;
            }
        }

        if (result is not { Succeeded: true })
        {
            throw Explain($"PostgreSQL {binaries.Version} could not create a database in {dataDirectory}:\n{LastLines(result!.Output)}");
        }

        Directory.Move(Path.Combine(dataDirectory, unfinished), Path.Combine(dataDirectory, Cluster));
    }

    private void RemoveUnfinished()
    {
        foreach (var unfinished in Directory.EnumerateDirectories(dataDirectory, $"{UnfinishedPrefix}*"))
        {
            try
            {
                Directory.Delete(unfinished, recursive: true);
            }
            catch (IOException)
            {
                // An initdb of a killed service still writes to the folder. The next start removes it.
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
            var (isOfFolder, isDurable) = await OpenAsync(connection, dataDirectory, cancellationToken);
            if (isOfFolder && isDurable == durable)
            {
                return true;
            }

            if (!isOfFolder)
            {
                // The folder is a copy, and the file names the server of the original. That server goes on.
                File.Delete(ProcessFile);
                return false;
            }
        }
        catch (NpgsqlException)
        {
            // The server has ended or hangs, or another program has its port. The process id tells which.
        }

        if (server.IsOtherProgram)
        {
            // PostgreSQL takes any process with the recorded id for the server, and would refuse to start.
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
                // A new log stays short, and its last lines belong to this start.
                File.Move(log, $"{log}.old", overwrite: true);
            }

            var port = FreePort();
            // Nothing here may need quotes, because pg_ctl passes it to a shell.
            var options = $"-c port={port} -c listen_addresses={IPAddress.Loopback} -c unix_socket_directories= -c max_connections=200"
                // The service reports refused statements. The server's own log would contain their values, such as personal data.
                + " -c log_error_verbosity=terse -c log_min_error_statement=panic"
                + (durable ? " -c fsync=on" : " -c fsync=off -c full_page_writes=off");
            var result = await PgCtlAsync(
                ["start", "-w", "-t", $"{StartSeconds}", "-l", Log, "-o", options], StartSeconds, cancellationToken);
            if (result.Succeeded)
            {
                return port;
            }

            // Another program has just taken the port, or the last processes of a killed server are still ending.
            var logged = File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken) : string.Empty;
            var isTemporary = logged.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal)
                || logged.Contains("pre-existing shared memory block", StringComparison.Ordinal);
            if (!isTemporary || attempt == 10)
            {
                var output = LastLines(logged.Length > 0 ? logged : result.Output);
                throw Explain($"PostgreSQL {binaries.Version} did not start on {dataDirectory}:\n{output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
        }
    }

    private static string ProcessFileIn(string dataDirectory) => Path.Combine(dataDirectory, Cluster, "postmaster.pid");

    private static async Task<NpgsqlConnectionStringBuilder> CreateConnectionAsync(
        string dataDirectory, CancellationToken cancellationToken) =>
        new()
        {
            Host = IPAddress.Loopback.ToString(),
            Database = Name,
            Username = Name,
            Password = await File.ReadAllTextAsync(Path.Combine(dataDirectory, Password), cancellationToken),
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };

    /// <summary>
    /// Connects and creates the database if it is missing. Tells whether the server belongs to the data folder and whether it is
    /// durable.
    /// </summary>
    private static async Task<(bool IsOfFolder, bool IsDurable)> OpenAsync(
        NpgsqlConnectionStringBuilder builder, string dataDirectory, CancellationToken cancellationToken)
    {
        var direct = new NpgsqlConnectionStringBuilder(builder.ConnectionString) { Pooling = false, Timeout = 5 };
        try
        {
            return await CheckAsync(direct, dataDirectory, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            direct.Database = "postgres";
            await QueryAsync(direct, $"CREATE DATABASE {Name}", cancellationToken);
            direct.Database = Name;
            return await CheckAsync(direct, dataDirectory, cancellationToken);
        }
    }

    /// <summary>Checks the server by a new file in the cluster, because a copy of the folder has the same password.</summary>
    private static async Task<(bool IsOfFolder, bool IsDurable)> CheckAsync(
        NpgsqlConnectionStringBuilder builder, string dataDirectory, CancellationToken cancellationToken)
    {
        var name = $"check-{Guid.NewGuid():N}";
        var path = Path.Combine(dataDirectory, Cluster, name);
        await File.WriteAllBytesAsync(path, [], cancellationToken);
        try
        {
            var found = await QueryAsync(
                builder,
                $"SELECT ARRAY[(pg_stat_file('{name}', missing_ok => true)).size IS NOT NULL, current_setting('fsync') = 'on']",
                cancellationToken);
            return found is bool[] and [var isOfFolder, var isDurable] ? (isOfFolder, isDurable) : default;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<object?> QueryAsync(
        NpgsqlConnectionStringBuilder builder, string sql, CancellationToken cancellationToken)
    {
        await using var server = new NpgsqlDataSourceBuilder(builder.ConnectionString) { Name = "private" }.Build();
        await using var command = server.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private Task<ProgramResult> PgCtlAsync(string[] arguments, int seconds, CancellationToken cancellationToken) =>
        // The limit is longer than that of pg_ctl, because pg_ctl gives the better message.
        ProgramResult.OfAsync(
            binaries.Program("pg_ctl"), [.. arguments, "-D", Cluster], cancellationToken, account, dataDirectory, seconds + 10);

    private PrivatePostgresException Explain(string message, Exception? cause = null)
    {
        // If the disk of the log is full, the log does not say so.
        var free = new DriveInfo(dataDirectory).AvailableFreeSpace >> 20;
        var space = free < 100 ? $"The disk has only {free} MiB free, and a database needs 100 MiB: free some space. " : string.Empty;
        var log = Path.Combine(dataDirectory, Log);
        var logHint = File.Exists(log) ? $"The server's log is {log}. " : string.Empty;
        return new PrivatePostgresException($"{message}\n{space}{logHint}{OtherFolder}", cause);
    }

    private static string LastLines(string text) =>
        string.Join(
            '\n',
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .TakeLast(8)
                .Select(line => $"  {line}"));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
