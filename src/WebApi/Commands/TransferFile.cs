using System.CommandLine;
using System.IO.Pipelines;
using CleanWorkspace.WebApi.Transfers;
using Microsoft.Win32.SafeHandles;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The files that commands read and write: which format they have, and how they are opened.</summary>
internal static class TransferFile
{
    /// <summary>What stands in place of a file's name for the standard input or output.</summary>
    public const string StandardStream = "-";

    /// <summary>What is wrong with an empty name.</summary>
    public const string NoName = "The name of the file is empty.";

    private static readonly string[] NdjsonEndings = [".ndjson", ".jsonl"];

    public static Option<string> CreateFormatOption()
    {
        var format = new Option<string>("--format")
        {
            Description = $"If not given, {FileFormat.Ndjson.Name} where the file's name ends in {string.Join(" or ", NdjsonEndings)}, and else {FileFormat.Csv.Name}.",
            HelpName = $"{FileFormat.Csv.Name}|{FileFormat.Ndjson.Name}",
        };
        format.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }, ..] && !FileFormat.TryParse(name, out _))
            {
                result.AddError($"--format: {name} is neither {FileFormat.Csv.Name} nor {FileFormat.Ndjson.Name}.");
            }
        });
        return format;
    }

    /// <summary>The format that was asked for, or else that of the file's name.</summary>
    public static FileFormat FormatOf(string path, string? asked)
    {
        var isNdjson = NdjsonEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
        return FileFormat.TryParse(asked, out var format) ? format : isNdjson ? FileFormat.Ndjson : FileFormat.Csv;
    }

    /// <summary>What messages call it.</summary>
    public static string NameOf(string path) => path == StandardStream ? "The standard input" : path;

    /// <summary>A file, or the standard input, to read; of a pipe too each reading can be cancelled.</summary>
    public static Stream OpenToRead(string path)
    {
        var stream = path == StandardStream ? Console.OpenStandardInput() : File.OpenRead(path);
        if (stream.CanSeek)
        {
            return stream;
        }

        var pipe = new Pipe();
        _ = FillAsync(pipe.Writer, stream);
        return pipe.Reader.AsStream();
    }

    /// <summary>A file to write beside one that is read. It is empty again if it was there; nobody can be reading it.</summary>
    /// <exception cref="IOException">It cannot be opened, or is the one that is read.</exception>
    public static Stream OpenToWrite(string path, string readPath)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        if (file is not { CanSeek: true, Length: > 0 })
        {
            return file;
        }

        if (readPath == StandardStream && IsStandardInput(file.SafeFileHandle))
        {
            file.Dispose();
            throw new IOException("The standard input comes from it.");
        }

        file.SetLength(0);
        return file;
    }

    /// <summary>Why a file cannot be opened, or null where that is not the reason.</summary>
    public static string? Explain(Exception exception, string path) => exception switch
    {
        FileNotFoundException => $"There is no file {path}.",
        DirectoryNotFoundException => $"There is no folder {Path.GetDirectoryName(path)}.",
        UnauthorizedAccessException when Directory.Exists(path) => $"{path} is a folder.",
        UnauthorizedAccessException => $"This account may not open {path}.",
        ArgumentException when path.Length == 0 => NoName,
        IOException or ArgumentException => $"{path} cannot be opened: {exception.Message}",
        _ => null,
    };

    // A file that is read by its name is locked; one that a shell has opened is so on Windows only. Whether two are one .NET does not tell, but
    // how old and how long they are. (A stream of the standard input would move it, and it is being read already.)
    private static bool IsStandardInput(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        using var input = new SafeFileHandle(0, ownsHandle: false);
        return File.GetCreationTimeUtc(input) == File.GetCreationTimeUtc(file)
            && File.GetLastWriteTimeUtc(input) == File.GetLastWriteTimeUtc(file)
            && RandomAccess.GetLength(input) == RandomAccess.GetLength(file);
    }

    private static async Task FillAsync(PipeWriter writer, Stream stream)
    {
        try
        {
            await stream.CopyToAsync(writer);
            await writer.CompleteAsync();
        }
        catch (IOException exception)
        {
            await writer.CompleteAsync(exception);
        }
    }
}
