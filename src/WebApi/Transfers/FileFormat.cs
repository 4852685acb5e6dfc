using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>A file format of imports and exports.</summary>
public sealed class FileFormat : IQueryValue<FileFormat>
{
    private readonly MediaTypeHeaderValue _mediaType;

    private FileFormat(string name, MediaTypeHeaderValue mediaType)
    {
        Name = name;
        _mediaType = mediaType;
    }

    /// <summary>CSV: a table of users, for spreadsheets and other systems.</summary>
    public static FileFormat Csv { get; } = new("csv", new MediaTypeHeaderValue(MediaTypes.Csv) { Charset = "utf-8" });

    /// <summary>NDJSON: all groups and users with all their properties, one JSON object a line.</summary>
    public static FileFormat Ndjson { get; } = new("ndjson", new MediaTypeHeaderValue(MediaTypes.Ndjson));

    /// <inheritdoc/>
    public static string Code => "invalid_format";

    /// <inheritdoc/>
    public static string Form => $"as one of {string.Join(", ", Values)}";

    /// <inheritdoc/>
    public static IReadOnlyList<string> Values => [.. All.Select(format => format.Name)];

    /// <summary>The name in parameters and options, and the extension of file names.</summary>
    public string Name { get; }

    /// <summary>The media type for HTTP.</summary>
    public string MediaType => $"{_mediaType}";

    private static FileFormat[] All => [Csv, Ndjson];

    /// <summary>Parses a name, in lower case.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FileFormat? value)
    {
        value = Array.Find(All, format => format.Name == text);
        return value is not null;
    }

    /// <summary>The format that the Accept header prefers; CSV if it names neither format or refuses both.</summary>
    internal static FileFormat Of(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        return All.MaxBy(format => format.RankIn(accept))!;
    }

    /// <summary>The format of a media type, in any case; null if no format has it.</summary>
    internal static FileFormat? OfMediaType(string? mediaType) =>
        Array.Find(All, format => string.Equals(format._mediaType.MediaType.Value, mediaType, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the rows of a file of this format, one at a time.</summary>
    /// <exception cref="Failure">The format has no columns, but the map is given.</exception>
    internal IAsyncEnumerable<ImportRow> Read(Stream file, ColumnMap columns)
    {
        if (this == Csv)
        {
            return CsvRows.ReadAsync(file, columns, CancellationToken.None);
        }

        return columns.Parameters.Count == 0
            ? NdjsonRows.ReadAsync(file, CancellationToken.None)
            : throw Failure.Invalid([
                .. columns.Parameters.Select(parameter => new RequestFault(
                    "csv_only", $"{parameter} needs CSV. Remove it, or send text/csv.", Parameter: parameter)),
            ]);
    }

    /// <summary>Creates a writer for a file of this format.</summary>
    internal ExportWriter Write(PipeWriter output, bool isExcelSafe) =>
        this == Csv ? new CsvUsersWriter(output, isExcelSafe) : new NdjsonWriter(output);

    // The most specific range decides (RFC 9110, section 12.5.1). Of equal qualities the first in the header wins.
    private (double Quality, int Position) RankIn(IList<MediaTypeHeaderValue> accept)
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
