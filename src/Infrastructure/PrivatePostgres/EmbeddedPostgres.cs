using System.Diagnostics;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>
/// A private PostgreSQL server, started from the programs installed on this machine and stopped with the service.
/// Only this machine can reach it, and it keeps its data between starts.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    // PostgreSQL holds paths in buffers of 1024 bytes; the rest is left for the files inside the cluster.
    private const int LongestPath = 800;

    private readonly PostgresCluster _cluster;
    private readonly FileStream _lock;
    private int _disposed;

    private EmbeddedPostgres(PostgresCluster cluster, FileStream @lock, string connectionString)
    {
        _cluster = cluster;
        _lock = @lock;
        ConnectionString = connectionString;
    }

    /// <summary>Where the data lives unless configured otherwise: a folder of the current user.</summary>
    public static string DefaultDataDirectory { get; } = ServerAccount.IsNeeded
        // The account that runs the server for root cannot enter root's home.
        ? "/var/lib/clean-workspace/postgres"
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "clean-workspace",
            "postgres");

    /// <summary>Connects to the database <c>workspace</c> as its owner. Holds the password: do not log it.</summary>
    public string ConnectionString { get; }

    /// <summary>The full path of the folder with the data, the server's log and the password.</summary>
    public string DataDirectory => _cluster.DataDirectory;

    /// <summary>
    /// Starts the server, creating the data folder and the database first where they are missing. A server that a
    /// killed service left running on this folder is taken over.
    /// </summary>
    /// <param name="dataDirectory">An empty or missing folder, or one that an earlier call filled.</param>
    /// <param name="durable">False trades the safety of the data in a power cut for speed; meant for tests.</param>
    /// <param name="cancellationToken">Abandons the start and stops what it had started.</param>
    /// <exception cref="EmbeddedPostgresException">The server cannot run; the message tells the operator why.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        string dataDirectory, bool durable = true, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataDirectory);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        if (System.Text.Encoding.UTF8.GetByteCount(folder) > LongestPath || folder.Any(char.IsControl))
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL cannot use the data folder {folder}: its path is longer than {LongestPath} bytes or holds a control character. Choose another path. "
                + PostgresCluster.OtherFolder);
        }

        FileStream? @lock = null;
        try
        {
            var binaries = await PostgresBinaries.FindAsync(PostgresCluster.ReadVersion(folder), folder, cancellationToken);
            CreateFolder(folder);
            @lock = TakeLock(folder);
            var account = await ServerAccount.PrepareAsync(folder, binaries, cancellationToken);
            var cluster = new PostgresCluster(binaries, folder, account, durable);
            return new EmbeddedPostgres(cluster, @lock, await cluster.StartAsync(cancellationToken));
        }
        catch (Exception exception)
        {
            @lock?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new EmbeddedPostgresException(
                    $"The data folder {folder} cannot be used by the account {Environment.UserName}: {exception.Message.TrimEnd('.')}. "
                    + $"Give that account write access and free space there. {PostgresCluster.OtherFolder}",
                    exception);
            }

            throw;
        }
    }

    /// <summary>
    /// Stops the server, closing open connections, and frees the data folder for the next start. A server that does
    /// not stop is left to the next start, which takes it over.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _cluster.StopAsync();
            await _lock.DisposeAsync();
        }
    }

    private static void CreateFolder(string folder)
    {
        // A folder with files of others in it is refused: as root it would be handed over to another account.
        if (Directory.Exists(folder)
            && !File.Exists(Path.Combine(folder, "lock"))
            && Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) != "lost+found"))
        {
            throw new EmbeddedPostgresException(
                $"The data folder {folder} holds files that are not a database of this service; they were left alone. Choose an empty or missing folder. "
                + PostgresCluster.OtherFolder);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // Only the folder itself is private: a mode given to CreateDirectory would apply to new parents too.
        Directory.CreateDirectory(Path.GetDirectoryName(folder) ?? folder);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream TakeLock(string folder)
    {
        // A locked file cannot be read, so its holder's name goes into a second file.
        var holder = Path.Combine(folder, "lock-holder");
        FileStream @lock;
        try
        {
            @lock = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            var who = File.Exists(holder) ? File.ReadAllText(holder) : "another process";
            throw new EmbeddedPostgresException(
                $"The data folder {folder} is in use by {who}. Stop that service, or set Database__DataDirectory to another "
                + "folder, or set ConnectionStrings__Workspace to share one PostgreSQL server.",
                exception);
        }

        try
        {
            using var self = Process.GetCurrentProcess();
            File.WriteAllText(
                holder, $"process {self.Id} ({self.ProcessName}) on {Environment.MachineName} since {DateTimeOffset.Now:u}");
            return @lock;
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows; other failures are no sign of a holder.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}

/// <summary>The embedded server cannot run. The message says what is wrong, where, and what to do.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? innerException = null)
    : Exception(message, innerException);
