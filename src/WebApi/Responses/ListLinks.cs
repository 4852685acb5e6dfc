using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Application.Lists;
using Microsoft.AspNetCore.Http.Extensions;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>Where the neighbouring pages are: absolute addresses that keep the request's other query parameters.</summary>
public sealed partial record ListLinks
{
    private const string PageParameter = "page";
    private const string CursorParameter = "cursor";

    /// <summary>The next page, or null on the last.</summary>
    /// <example>https://workspace.example.org/user?page=3</example>
    public required string? Next { get; init; }

    /// <summary>The previous page, or null on the first.</summary>
    /// <example>https://workspace.example.org/user?page=1</example>
    public required string? Previous { get; init; }

    /// <summary>The address of a page: by its cursor, so that rows which come and go shift nothing, and by its number where it has one.</summary>
    internal static string? To(int? page, Cursor? cursor, HttpRequest request)
    {
        if (page is null && cursor is null)
        {
            return null;
        }

        // The other parameters stay to the letter, as reading and writing them anew would change what is not quite well-formed: all
        // but what no header can hold, or would end the address in it.
        var query = UnfitForHeader().Replace((request.QueryString.Value ?? "").TrimStart('?'), letter => Uri.HexEscape(letter.Value[0]));
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        Set(pairs, PageParameter, page?.ToString(CultureInfo.InvariantCulture));
        Set(pairs, CursorParameter, cursor?.ToString());
        return UriHelper.BuildAbsolute(
            request.Scheme, request.Host, request.PathBase, request.Path, new QueryString($"?{string.Join('&', pairs)}"));
    }

    /// <summary>The same as the header <c>Link</c> (RFC 8288) says it; null where there is nothing to say.</summary>
    internal string? ToHeader()
    {
        var links = new[] { (Relation: "next", Address: Next), (Relation: "prev", Address: Previous) }
            .Where(link => link.Address is not null)
            .Select(link => $"<{link.Address}>; rel=\"{link.Relation}\"");
        return string.Join(", ", links) is { Length: > 0 } header ? header : null;
    }

    [GeneratedRegex(@"[<>\p{Cc}]")]
    private static partial Regex UnfitForHeader();

    private static void Set(List<string> pairs, string parameter, string? value)
    {
        var index = pairs.FindIndex(pair => Uri.UnescapeDataString(pair.Split('=')[0]).Equals(parameter, StringComparison.OrdinalIgnoreCase));
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
