using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Application.Lists;
using Microsoft.AspNetCore.Http.Extensions;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>The links to the next and the previous page: absolute URLs that keep all other query parameters.</summary>
public sealed partial record ListLinks
{
    private const string PageParameter = "page";
    private const string CursorParameter = "cursor";

    /// <summary>The link to the next page, or null on the last page.</summary>
    /// <example>https://workspace.example.org/user?page=3&amp;cursor=AaIedYcacFqmMgP7lx_snwAAAAAAAAAAAAAAAAAAAAAAAAAAAhreJ5xSUbjm</example>
    public required string? Next { get; init; }

    /// <summary>The link to the previous page, or null on the first page.</summary>
    /// <example>https://workspace.example.org/user?page=1&amp;cursor=AaIedYcacFqmMgP7lx_snwAAAAAAAAAAAAAAAAAAAAAAAAAAAhreJ5xSUbjm</example>
    public required string? Previous { get; init; }

    /// <summary>Returns the URL of a page, or null if it has no number and no cursor.</summary>
    /// <remarks>The cursor fixes the position of the page, so new and deleted rows do not shift it.</remarks>
    internal static string? To(int? page, Cursor? cursor, HttpRequest request)
    {
        if (page is null && cursor is null)
        {
            return null;
        }

        // The other parameters stay exactly as sent, because parsing and writing them would change unusual ones. Only characters
        // that the Link header cannot contain are escaped.
        var query = InvalidInHeader().Replace(
            (request.QueryString.Value ?? "").TrimStart('?'), character => Uri.HexEscape(character.Value[0]));
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        Set(pairs, PageParameter, page?.ToString(CultureInfo.InvariantCulture));
        Set(pairs, CursorParameter, cursor?.ToString());
        return UriHelper.BuildAbsolute(
            request.Scheme, request.Host, request.PathBase, request.Path, new QueryString($"?{string.Join('&', pairs)}"));
    }

    /// <summary>Returns the links as a <c>Link</c> header (RFC 8288), or null if there are none.</summary>
    internal string? ToHeader()
    {
        var links = new[] { (Relation: "next", Url: Next), (Relation: "prev", Url: Previous) }
            .Where(link => link.Url is not null)
            .Select(link => $"<{link.Url}>; rel=\"{link.Relation}\"");
        return string.Join(", ", links) is { Length: > 0 } header ? header : null;
    }

    [GeneratedRegex(@"[<>\p{Cc}]")]
    private static partial Regex InvalidInHeader();

    private static void Set(List<string> pairs, string parameter, string? value)
    {
        var index = pairs.FindIndex(
            pair => Uri.UnescapeDataString(pair.Split('=')[0]).Equals(parameter, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            pairs.RemoveAt(index);
        }

        if (value is not null)
        {
            pairs.Insert(index >= 0 ? index : pairs.Count, $"{parameter}={value}");
        }
    }
}
