using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>A format of the files in which users and groups come and go.</summary>
public sealed class FileFormat : IQueryValue<FileFormat>
{
    private readonly MediaTypeHeaderValue _mediaType;

    private FileFormat(string name, MediaTypeHeaderValue mediaType)
    {
        Name = name;
        _mediaType = mediaType;
    }

    /// <summary>A table of users for spreadsheets and other systems.</summary>
    public static FileFormat Csv { get; } = new("csv", new MediaTypeHeaderValue(MediaTypes.Csv) { Charset = "utf-8" });

    /// <summary>Everything that the workspace knows of groups and users, a JSON object on each line.</summary>
    public static FileFormat Ndjson { get; } = new("ndjson", new MediaTypeHeaderValue(MediaTypes.Ndjson));

    /// <inheritdoc/>
    public static string Code => "invalid_format";

    /// <inheritdoc/>
    public static string Form => $"as one of {string.Join(", ", All.Select(format => format.Name))}";

    /// <summary>What it is called in parameters and options; files have it for their ending.</summary>
    public string Name { get; }

    /// <summary>What it is called in HTTP.</summary>
    public string MediaType => $"{_mediaType}";

    private static FileFormat[] All => [Csv, Ndjson];

    /// <summary>The name, in lower case.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FileFormat? value)
    {
        value = Array.Find(All, format => format.Name == text);
        return value is not null;
    }

    /// <summary>The format that a client likes best; CSV where it says nothing of either, or wants neither.</summary>
    internal static FileFormat Of(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        return All.MaxBy(format => format.RankIn(accept))!;
    }

    /// <summary>The format that HTTP calls so, in any case; null where there is none.</summary>
    internal static FileFormat? OfMediaType(string? mediaType) =>
        Array.Find(All, format => string.Equals(format._mediaType.MediaType.Value, mediaType, StringComparison.OrdinalIgnoreCase));

    /// <summary>The rows of a file of this format, which are read as they are asked for.</summary>
    internal IAsyncEnumerable<ImportRow> Read(Stream file) =>
        this == Csv ? CsvRows.ReadAsync(file, CancellationToken.None) : NdjsonRows.ReadAsync(file, CancellationToken.None);

    /// <summary>Begins a file of this format.</summary>
    internal ExportWriter Write(PipeWriter output, bool isExcelSafe) =>
        this == Csv ? new CsvUsersWriter(output, isExcelSafe) : new NdjsonWriter(output);

    // Of the ranges that a format is in, the closest one counts (RFC 9110, section 12.5.1). Of what is liked as well, the first.
    private (double Quality, int Place) RankIn(IList<MediaTypeHeaderValue> accept)
    {
        var closest = accept.Where(IsIn).MinBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0);
        return closest switch
        {
            null => (0, 0),
            { Quality: 0 } => (-1, 0),
            _ => (closest.Quality ?? 1, -accept.IndexOf(closest)),
        };
    }

    private bool IsIn(MediaTypeHeaderValue range) =>
        new MediaTypeHeaderValue(_mediaType.MediaType).IsSubsetOf(new MediaTypeHeaderValue(range.MediaType));
}
