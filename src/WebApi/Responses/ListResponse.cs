using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>One page of a list.</summary>
/// <typeparam name="T">The resource.</typeparam>
public sealed record ListResponse<T>
{
    /// <summary>The links to the next and the previous page.</summary>
    /// <example>
    /// {
    ///   "next": "https://workspace.example.org/user?page=2&amp;cursor=AaIedYcacFqmMgP7lx_snwAAAAAAAAAAAAAAAAAAAAAAAAAAAhreJ5xSUbjm",
    ///   "previous": null
    /// }
    /// </example>
    public required ListLinks Links { get; init; }

    /// <summary>The numbers of this page, the next page and the previous page.</summary>
    /// <example>{"page": 1, "previous_page": null, "next_page": 2}</example>
    public required ListMeta Meta { get; init; }

    /// <summary>
    /// The exact number of rows on all pages. A search and the audit stop counting at 5,000: then this number or more.
    /// </summary>
    /// <example>315</example>
    public required int Count { get; init; }

    /// <summary>The number of pages with the counted rows.</summary>
    /// <example>7</example>
    public required int TotalPages { get; init; }

    /// <summary>The rows of this page. Empty after the last page.</summary>
    /// <example>[]</example>
    public required IReadOnlyList<T> Results { get; init; }
}

/// <summary>The numbers of this page, the next page and the previous page.</summary>
public sealed record ListMeta
{
    /// <summary>The number of this page, from 1.</summary>
    /// <example>2</example>
    public required int Page { get; init; }

    /// <summary>The number of the previous page, or null on the first page. After the last page it is the last page.</summary>
    /// <example>1</example>
    public required int? PreviousPage { get; init; }

    /// <summary>The number of the next page, or null on the last page.</summary>
    /// <example>3</example>
    public required int? NextPage { get; init; }
}

/// <summary>Builds lists from pages.</summary>
internal static class ListResponse
{
    /// <summary>Builds the answer for a page, and sets the header <c>Link</c>.</summary>
    public static ListResponse<T> From<T>(Page<T> page, HttpRequest request)
    {
        var meta = new ListMeta
        {
            Page = page.Number,
            // Rows that were added during a walk can lie before page 1. That page has a link but no number.
            PreviousPage = page.Results.Count == 0
                ? Math.Min(page.Number - 1, page.TotalPages) is > 0 and var last ? last : null
                : page.Previous is not null && page.Number > 1 ? page.Number - 1 : null,
            NextPage = page.Next?.Page,
        };

        var links = new ListLinks
        {
            Next = ListLinks.To(meta.NextPage, page.Next, request),
            Previous = ListLinks.To(meta.PreviousPage, page.Previous, request),
        };
        request.HttpContext.Response.Headers.Link = links.ToHeader();
        return new ListResponse<T>
        {
            Links = links,
            Meta = meta,
            Count = page.Count,
            TotalPages = page.TotalPages,
            Results = page.Results,
        };
    }
}
