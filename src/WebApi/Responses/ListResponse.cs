using CleanWorkspace.Application.Common;
using Microsoft.AspNetCore.Http.Extensions;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>One page of a list (contract, Lists).</summary>
/// <typeparam name="T">What the list is of.</typeparam>
public sealed record ListResponse<T>
{
    /// <summary>Where the neighbouring pages are.</summary>
    /// <example>{"next": "https://workspace.example.org/user?page=2", "previous": null}</example>
    public required ListLinks Links { get; init; }

    /// <summary>The numbers of this page and its neighbours.</summary>
    /// <example>{"page": 1, "previous_page": null, "next_page": 2}</example>
    public required ListMeta Meta { get; init; }

    /// <summary>How many there are on all pages together, exactly.</summary>
    /// <example>315</example>
    public required int Count { get; init; }

    /// <summary>How many pages there are.</summary>
    /// <example>7</example>
    public required int TotalPages { get; init; }

    /// <summary>What is on this page; nothing past the end.</summary>
    /// <example>[]</example>
    public required IReadOnlyList<T> Results { get; init; }
}

/// <summary>Where the neighbouring pages are: absolute addresses that keep the request's other query parameters.</summary>
public sealed record ListLinks
{
    /// <summary>The next page, or null on the last.</summary>
    /// <example>https://workspace.example.org/user?page=3</example>
    public required string? Next { get; init; }

    /// <summary>The previous page, or null on the first.</summary>
    /// <example>https://workspace.example.org/user?page=1</example>
    public required string? Previous { get; init; }
}

/// <summary>The numbers of a page and its neighbours.</summary>
public sealed record ListMeta
{
    /// <summary>This page, from 1.</summary>
    /// <example>2</example>
    public required int Page { get; init; }

    /// <summary>The page before, or null on the first; from past the end, the last.</summary>
    /// <example>1</example>
    public required int? PreviousPage { get; init; }

    /// <summary>The page after, or null on the last.</summary>
    /// <example>3</example>
    public required int? NextPage { get; init; }
}

internal static class ListResponse
{
    private const string PageParameter = "page";
    private const string CursorParameter = "cursor";

    public static ListResponse<T> From<T>(Page<T> page, HttpRequest request)
    {
        var last = page.TotalPages;
        var meta = new ListMeta
        {
            Page = page.Number,
            PreviousPage = Math.Min(page.Number - 1, last) is > 0 and var previous ? previous : null,
            NextPage = page.Number < last ? page.Number + 1 : null,
        };

        return new ListResponse<T>
        {
            Links = new ListLinks { Next = LinkTo(PageParameter, meta.NextPage, request), Previous = LinkTo(PageParameter, meta.PreviousPage, request) },
            Meta = meta,
            Count = page.Count,
            TotalPages = last,
            Results = page.Results,
        };
    }

    public static ListResponse<T> From<T>(CursorPage<T> page, HttpRequest request) => new()
    {
        Links = new ListLinks { Next = LinkTo(CursorParameter, page.Next, request), Previous = LinkTo(CursorParameter, page.Previous, request) },
        Meta = new ListMeta
        {
            Page = page.Number,
            // What came since the walk began lies before its first page, and has no number.
            PreviousPage = page.Previous is not null && page.Number > 1 ? page.Number - 1 : null,
            NextPage = page.Next?.Page,
        },
        Count = page.Count,
        TotalPages = page.TotalPages,
        Results = page.Results,
    };

    private static string? LinkTo(string parameter, object? value, HttpRequest request)
    {
        if (value is null)
        {
            return null;
        }

        // The other parameters stay to the letter: reading and writing them anew would change what is not quite well-formed.
        var pairs = (request.QueryString.Value ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);
        var index = Array.FindIndex(
            pairs, pair => Uri.UnescapeDataString(pair.Split('=')[0]).Equals(parameter, StringComparison.OrdinalIgnoreCase));
        var pair = $"{parameter}={value}";
        if (index >= 0)
        {
            pairs[index] = pair;
        }
        else
        {
            pairs = [.. pairs, pair];
        }

        return UriHelper.BuildAbsolute(
            request.Scheme, request.Host, request.PathBase, request.Path, new QueryString($"?{string.Join('&', pairs)}"));
    }
}
