using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO.Pipelines;
using CleanWorkspace.WebApi.Transfers;
using Microsoft.Win32.SafeHandles;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Opens the files of the commands import and export, and finds their format.</summary>
internal static class TransferFile
{
    /// <summary>The argument that means the standard input or output.</summary>
    public const string StandardStream = "-";

    /// <summary>The message for an empty file name.</summary>
    public const string NoName = "The name of the file is empty.";

    private static readonly string[] NdjsonEndings = [".ndjson", ".jsonl"];

    public static Option<string> CreateFormatOption()
    {
        var format = new Option<string>("--format")
        {
            Description = $"The format. The default is {FileFormat.Ndjson.Name} for names that end in "
                + $"{string.Join(" or ", NdjsonEndings)}, and {FileFormat.Csv.Name} for all others.",
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

    /// <summary>Adds an error to the result of an option that needs CSV, if the file has another format.</summary>
    public static void RequireCsv(OptionResult option, Argument<string> file, Option<string> format)
    {
        // The tokens, because an option with an error has no value.
        var path = option.GetResult(file)?.Tokens is [var name, ..] ? name.Value : StandardStream;
        var asked = option.GetResult(format)?.Tokens is [var token, ..] ? token.Value : null;
        if (FormatOf(path, asked) != FileFormat.Csv)
        {
            option.AddError($"{option.Option.Name} needs CSV. Use --format csv, or remove {option.Option.Name}.");
        }
    }

    /// <summary>The format of the option, otherwise the format of the file's name.</summary>
    public static FileFormat FormatOf(string path, string? asked)
    {
        var isNdjson = NdjsonEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
        return FileFormat.TryParse(asked, out var format) ? format : isNdjson ? FileFormat.Ndjson : FileFormat.Csv;
    }

    /// <summary>The name of the file for messages.</summary>
    public static string NameOf(string path) => path == StandardStream ? "The standard input" : path;

    /// <summary>Opens a file or the standard input for reading. Every read can be cancelled, even from a pipe.</summary>
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

    /// <summary>Opens a file for writing and empties it. No other program can have it open.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="readPath">The file that the command reads at the same time.</param>
    /// <exception cref="IOException">The file cannot be opened, or the command reads from it.</exception>
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
            throw new IOException("The standard input comes from this file.");
        }

        file.SetLength(0);
        return file;
    }

    /// <summary>Explains why a file cannot be opened; null if the exception has another cause.</summary>
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

    // A file that the command opens by name is locked. A file that the shell opens is locked on Windows only. .NET cannot compare two
    // handles, so their times and lengths decide. The handle is used without a stream, because a stream would move its position.
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
