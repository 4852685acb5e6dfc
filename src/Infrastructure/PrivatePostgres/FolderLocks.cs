using System.Diagnostics;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>
/// The locks of a data folder. The operating system releases them when their process ends, even if it is killed.
/// </summary>
/// <remarks>
/// The service lock is held by the one service of the folder. The users lock is held by every program that uses the server:
/// shared while it uses the server, alone while it starts or stops the server. So the last program stops the server.
/// </remarks>
internal sealed class FolderLocks(string folder)
{
    private const string Service = "lock";
    private const string ServiceHolder = "lock-holder";
    private const string Users = "lock-users";

    /// <summary>True if one of the lock files exists, so the folder belongs to this service.</summary>
    public bool Exist => File.Exists(PathOf(Service)) || File.Exists(PathOf(Users));

    /// <summary>The process that holds the service lock, in words for people.</summary>
    public string ServiceProcess => File.Exists(PathOf(ServiceHolder)) ? File.ReadAllText(PathOf(ServiceHolder)) : "another process";

    /// <summary>Takes the service lock. Returns null if another service holds it.</summary>
    public FileStream? TryTakeService()
    {
        if (TryOpen(Service, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None) is not { } taken)
        {
            return null;
        }

        try
        {
            // Other processes cannot read a locked file, so the name of the holder goes into a second file.
            using var self = Process.GetCurrentProcess();
            File.WriteAllText(
                PathOf(ServiceHolder), $"process {self.Id} ({self.ProcessName}) on {Environment.MachineName} since {DateTimeOffset.Now:u}");
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the users lock together with other programs. Returns null if a program starts or stops the server, or if no program
    /// has used the folder yet.
    /// </summary>
    public FileStream? TryUse() =>
        File.Exists(PathOf(Users)) ? TryOpen(Users, FileMode.Open, FileAccess.Read, FileShare.Read) : null;

    /// <summary>Takes the users lock alone. Returns null if another program holds it.</summary>
    public FileStream? TryUseAlone() => TryOpen(Users, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private FileStream? TryOpen(string name, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(PathOf(name), mode, access, share);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            return null;
        }
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows. Other errors do not mean that a program holds the lock.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
