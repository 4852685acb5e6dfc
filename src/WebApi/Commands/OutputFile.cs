namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// A file that is written beside its place and put there when it is whole: what was interrupted leaves nothing that looks like it. Or the
/// standard output, which is what it is.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly string? _path;
    private readonly bool _replaces;
    private readonly string _part;

    private OutputFile(string? path, bool replaces)
    {
        _path = path;
        _replaces = replaces;
        _part = $"{path}.{Guid.NewGuid():N}.part";
        Stream = path is null ? Console.OpenStandardOutput() : new FileStream(_part, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
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

        return new OutputFile(path, replaces);
    }

    /// <summary>Puts it in its place.</summary>
    public async Task KeepAsync()
    {
        (Stream as FileStream)?.Flush(flushToDisk: true);
        await Stream.DisposeAsync();
        if (_path is not null)
        {
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
}
