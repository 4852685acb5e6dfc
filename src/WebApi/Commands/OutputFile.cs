using Microsoft.Win32.SafeHandles;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// The output of an export. A file is written under a temporary name in its folder and renamed when it is complete, so an interrupted
/// export leaves no file. The standard output is written directly.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private const string Devices = "/dev/";

    private readonly string? _path;
    private readonly bool _replaces;
    private readonly string _part;

    private OutputFile(string? path, bool replaces)
    {
        _path = path;
        _replaces = replaces;
        _part = $"{path}.{Guid.NewGuid():N}.part";
        Stream = path is null ? OpenStandardOutput() : new FileStream(_part, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    }

    public Stream Stream { get; }

    /// <summary>Opens the output.</summary>
    /// <param name="path">The path of the file; null for the standard output.</param>
    /// <param name="replaces">Whether an existing file may be replaced.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or it cannot be written.</exception>
    public static OutputFile Open(string? path, bool replaces)
    {
        if (path is not null && !replaces && Path.Exists(path))
        {
            throw new IOException("The file exists; --force replaces it.");
        }

        // A symbolic link stays: the export replaces the file that it leads to.
        if (path is not null && Path.Exists(path))
        {
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }

        if (path is not null && Path.GetFullPath(path).StartsWith(Devices, StringComparison.Ordinal))
        {
            throw new IOException("A device cannot be replaced; use - for the standard output.");
        }

        return new OutputFile(path, replaces);
    }

    /// <summary>Completes the file and gives it its name.</summary>
    public async Task CompleteAsync()
    {
        if (_path is not null)
        {
            ((FileStream)Stream).Flush(flushToDisk: true);
            await Stream.DisposeAsync();
            CopyMode();
            File.Move(_part, _path, _replaces);
        }
    }

    /// <summary>Deletes the temporary file, if the output was not completed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (_path is not null)
        {
            File.Delete(_part);
        }
    }

    // The new file keeps the permissions of the file that it replaces.
    private void CopyMode()
    {
        if (!OperatingSystem.IsWindows() && File.Exists(_path))
        {
            File.SetUnixFileMode(_part, File.GetUnixFileMode(_path));
        }
    }

    // The console's stream ignores a closed pipe, and the export would report lost rows as exported. So pipes get their own stream.
    // A file keeps the console's stream, which appends if other programs write to the same file.
    private static Stream OpenStandardOutput()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }
}
