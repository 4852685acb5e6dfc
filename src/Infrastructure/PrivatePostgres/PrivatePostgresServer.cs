using System.Diagnostics;
using System.Text;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>
/// A private PostgreSQL server, started from the programs that are installed on this machine. Only this machine can reach it.
/// It keeps its data between starts.
/// </summary>
/// <remarks>
/// A folder has at most one service, but commands may use its server at the same time. The first program starts the server. The last
/// one stops it, so a command can finish after the service has stopped.
/// </remarks>
public sealed class PrivatePostgresServer : IAsyncDisposable
{
    // PostgreSQL limits paths to 1,024 bytes. The remaining bytes are for the files inside the cluster.
    private const int MaxPathLength = 800;
    private const int StopAttempts = 3;

    // How long to wait for another program that starts or stops the server.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopRetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly FolderLocks _locks;
    private readonly FileStream? _serviceLock;
    private readonly FileStream _sharedLock;
    private readonly bool _durable;
    private readonly PostgresCluster? _cluster;
    private int _disposed;

    private PrivatePostgresServer(
        string connectionString, string folder, FileStream? serviceLock, FileStream sharedLock, bool durable, PostgresCluster? cluster)
    {
        ConnectionString = connectionString;
        DataDirectory = folder;
        _locks = new FolderLocks(folder);
        _serviceLock = serviceLock;
        _sharedLock = sharedLock;
        _durable = durable;
        _cluster = cluster;
    }

    /// <summary>The default data folder. It belongs to the current user.</summary>
    public static string DefaultDataDirectory { get; } = ServerAccount.IsNeeded
        // The account that runs the server for root cannot enter the home folder of root.
        ? "/var/lib/clean-workspace/postgres"
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "clean-workspace",
            "postgres");

    /// <summary>The connection string of the database <c>workspace</c>, as its owner. It holds the password: do not log it.</summary>
    public string ConnectionString { get; }

    /// <summary>The full path of the folder with the data, the server's log and the password.</summary>
    public string DataDirectory { get; }

    /// <summary>
    /// Starts the server for the one service of the folder. Creates the folder and the database if they are missing. If the server
    /// runs already, because commands use it or because a service was killed, the method uses that server.
    /// </summary>
    /// <param name="dataDirectory">An empty or missing folder, or a folder that an earlier call filled.</param>
    /// <param name="durable">False is faster, but a power failure can destroy the data. Use it only in tests.</param>
    /// <param name="cancellationToken">Cancels the start. The server is stopped unless another program uses it.</param>
    /// <exception cref="PrivatePostgresException">The server cannot run, or the folder has another service.</exception>
    public static Task<PrivatePostgresServer> StartAsync(
        string dataDirectory, bool durable = true, CancellationToken cancellationToken = default) =>
        UseFolderAsync(dataDirectory, async folder =>
        {
            var cluster = await PrepareAsync(folder, durable, cancellationToken);
            var locks = new FolderLocks(folder);
            var serviceLock = locks.TryTakeService() ?? throw new PrivatePostgresException(
                $"The data folder {folder} is in use by {locks.ServiceProcess}. Stop that service, or set Database__DataDirectory to "
                + "another folder, or set ConnectionStrings__Workspace to share one PostgreSQL server.");
            try
            {
                return await OpenAsync(folder, serviceLock, durable, cluster, cancellationToken);
            }
            catch
            {
                await serviceLock.DisposeAsync();
                throw;
            }
        });

    /// <summary>
    /// Uses the server for a command. If the server runs, the command shares it with the service and with other commands. If not,
    /// the command starts it.
    /// </summary>
    /// <param name="dataDirectory">An empty or missing folder, or a folder that an earlier call filled.</param>
    /// <param name="durable">False is faster, but a power failure can destroy the data. Use it only in tests.</param>
    /// <param name="cancellationToken">Cancels the start. The server is stopped unless another program uses it.</param>
    /// <exception cref="PrivatePostgresException">The server cannot run or does not answer.</exception>
    public static Task<PrivatePostgresServer> JoinAsync(
        string dataDirectory, bool durable = true, CancellationToken cancellationToken = default) =>
        UseFolderAsync(dataDirectory, folder => OpenAsync(folder, serviceLock: null, durable, cluster: null, cancellationToken));

    /// <summary>
    /// Ends the use of the server. If no other program uses it, the server closes its connections and stops. If it does not stop,
    /// the next start takes it over.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _sharedLock.DisposeAsync();
            await StopIfUnusedAsync(_locks, DataDirectory, _durable, _cluster);
            if (_serviceLock is not null)
            {
                await _serviceLock.DisposeAsync();
            }
        }
    }

    /// <summary>Connects to the running server, or starts it if no program uses it.</summary>
    private static async Task<PrivatePostgresServer> OpenAsync(
        string folder, FileStream? serviceLock, bool durable, PostgresCluster? cluster, CancellationToken cancellationToken)
    {
        var locks = new FolderLocks(folder);
        var wait = Stopwatch.StartNew();
        try
        {
            while (true)
            {
                if (await TryConnectAsync(locks, folder, durable, cancellationToken) is var (connectionString, sharedLock))
                {
                    return new PrivatePostgresServer(connectionString, folder, serviceLock, sharedLock, durable, cluster);
                }

                cluster ??= await PrepareAsync(folder, durable, cancellationToken);
                if (wait.Elapsed > MaxWait)
                {
                    throw new PrivatePostgresException(
                        $"Another program uses the PostgreSQL server of the data folder {folder}, but the server does not answer. "
                        + $"Stop that program and start again. {PostgresCluster.OtherFolder}");
                }

                if (locks.TryUseAlone() is { } exclusiveLock)
                {
                    // An exclusive lock cannot become a shared lock. So this program releases it and connects in the next iteration.
                    await using (exclusiveLock)
                    {
                        await cluster.StartAsync(cancellationToken);
                    }
                }
                else
                {
                    await Task.Delay(RetryDelay, cancellationToken);
                }
            }
        }
        catch when (cluster is not null)
        {
            await StopIfUnusedAsync(locks, folder, durable, cluster);
            throw;
        }
    }

    private static async Task<(string ConnectionString, FileStream SharedLock)?> TryConnectAsync(
        FolderLocks locks, string folder, bool durable, CancellationToken cancellationToken)
    {
        if (locks.TryUse() is not { } sharedLock)
        {
            return null;
        }

        try
        {
            if (await PostgresCluster.FindRunningAsync(folder, durable, cancellationToken) is { } connectionString)
            {
                return (connectionString, sharedLock);
            }
        }
        catch
        {
            await sharedLock.DisposeAsync();
            throw;
        }

        await sharedLock.DisposeAsync();
        return null;
    }

    private static async Task StopIfUnusedAsync(FolderLocks locks, string folder, bool durable, PostgresCluster? cluster)
    {
        try
        {
            for (var attempt = 1; attempt <= StopAttempts; attempt++)
            {
                if (locks.TryUseAlone() is { } exclusiveLock)
                {
                    await using (exclusiveLock)
                    {
                        cluster ??= await PrepareAsync(folder, durable, CancellationToken.None);
                        await cluster.StopAsync();
                        return;
                    }
                }

                // A child process that has just started may hold a copy of the released lock for a short time.
                await Task.Delay(StopRetryDelay);
            }
        }
        catch (Exception exception) when (exception is PrivatePostgresException or IOException or UnauthorizedAccessException)
        {
            // The next start takes over the server, and reports the reason if it cannot.
        }
    }

    /// <summary>Finds the programs and makes the folder ready for them.</summary>
    private static async Task<PostgresCluster> PrepareAsync(string folder, bool durable, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.FindAsync(PostgresCluster.ReadVersion(folder), folder, cancellationToken);
        CreateFolder(folder);
        var account = await ServerAccount.PrepareAsync(folder, binaries, cancellationToken);
        return new PostgresCluster(binaries, folder, account, durable);
    }

    private static async Task<PrivatePostgresServer> UseFolderAsync(
        string dataDirectory, Func<string, Task<PrivatePostgresServer>> openAsync)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataDirectory);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        if (Encoding.UTF8.GetByteCount(folder) > MaxPathLength || folder.Any(char.IsControl))
        {
            throw new PrivatePostgresException(
                $"PostgreSQL cannot use the data folder {folder}: the path is longer than {MaxPathLength} bytes or contains a control "
                + $"character. Choose another path. {PostgresCluster.OtherFolder}");
        }

        try
        {
            return await openAsync(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PrivatePostgresException(
                $"The account {Environment.UserName} cannot use the data folder {folder}: {exception.Message.TrimEnd('.')}. "
                + $"Give that account write access and free space there. {PostgresCluster.OtherFolder}",
                exception);
        }
    }

    private static void CreateFolder(string folder)
    {
        // A folder with other files is refused, because root would give the whole folder to the account of the server.
        if (Directory.Exists(folder)
            && !new FolderLocks(folder).Exist
            && Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) != "lost+found"))
        {
            throw new PrivatePostgresException(
                $"The data folder {folder} contains files that are not a database of this service. Nothing was changed. "
                + $"Choose an empty or missing folder. {PostgresCluster.OtherFolder}");
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // Only the folder itself is private. CreateDirectory with a mode would apply the mode to new parents too.
        Directory.CreateDirectory(Path.GetDirectoryName(folder) ?? folder);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
