using Microsoft.Win32.SafeHandles;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// A file that is written beside its place and put there when it is whole: what was interrupted leaves nothing that looks like it. Or the
/// standard output, which is what it is.
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

    /// <summary>Opens it.</summary>
    /// <param name="path">The file's place; null for the standard output.</param>
    /// <param name="replaces">Whether a file that is there already is replaced.</param>
    /// <exception cref="IOException">A file is there already and not to be replaced, or none can be written there.</exception>
    public static OutputFile Open(string? path, bool replaces)
    {
        if (path is not null && !replaces && Path.Exists(path))
        {
            throw new IOException("It is there already; --force replaces it.");
        }

        // A link goes on being one, to the new file.
        if (path is not null && Path.Exists(path))
        {
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }

        if (path is not null && Path.GetFullPath(path).StartsWith(Devices, StringComparison.Ordinal))
        {
            throw new IOException("It would take the place of a device; - is the standard output.");
        }

        return new OutputFile(path, replaces);
    }

    /// <summary>Puts it in its place.</summary>
    public async Task KeepAsync()
    {
        if (_path is not null)
        {
            ((FileStream)Stream).Flush(flushToDisk: true);
            await Stream.DisposeAsync();
            KeepMode();
            File.Move(_part, _path, _replaces);
        }
    }

    /// <summary>Leaves nothing of it, unless it was kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (_path is not null)
        {
            File.Delete(_part);
        }
    }

    // Who was kept from reading the file that is replaced is kept from its successor.
    private void KeepMode()
    {
        if (!OperatingSystem.IsWindows() && File.Exists(_path))
        {
            File.SetUnixFileMode(_part, File.GetUnixFileMode(_path));
        }
    }

    // To a pipe that nobody reads any more the console writes without a word, and what was lost would be reported as exported. (To a file
    // it has to be the console, which leaves others that write to the same file at its end.)
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
