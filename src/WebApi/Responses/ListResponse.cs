using CleanWorkspace.Application.Lists;

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
    /// <summary>Shows a page, and says in the header <c>Link</c> too where its neighbours are.</summary>
    public static ListResponse<T> From<T>(Page<T> page, HttpRequest request)
    {
        var meta = new ListMeta
        {
            Page = page.Number,
            // What came since a walk began lies before its first page, and has no number. From past the end, the last page is before.
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
