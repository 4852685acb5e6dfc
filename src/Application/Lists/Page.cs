namespace CleanWorkspace.Application.Lists;

/// <summary>One page of a list.</summary>
/// <param name="Number">The number of the page, from 1.</param>
/// <param name="Size">The maximum number of rows on a page.</param>
/// <param name="Count">The number of rows on all pages. It is exact, but a search and the audit stop counting at a limit.</param>
/// <param name="Results">The rows. Empty after the last page.</param>
/// <param name="Next">The cursor of the next page, or null on the last page.</param>
/// <param name="Previous">The cursor of the previous page, or null on the first page and after the last one.</param>
/// <typeparam name="T">The resource that a row is shown as.</typeparam>
public sealed record Page<T>(int Number, int Size, int Count, IReadOnlyList<T> Results, Cursor? Next, Cursor? Previous)
{
    /// <summary>The number of pages with the counted rows; 0 if the list is empty.</summary>
    public int TotalPages => (Count + Size - 1) / Size;

    /// <summary>Returns the same page with every row converted.</summary>
    public Page<TResult> Select<TResult>(Func<T, TResult> convert) =>
        new(Number, Size, Count, [.. Results.Select(convert)], Next, Previous);
}

/// <summary>Builds pages from the rows that a query found.</summary>
public static class Page
{
    /// <summary>Builds the requested page.</summary>
    /// <param name="request">The request.</param>
    /// <param name="count">The number of rows in the list.</param>
    /// <param name="found">
    /// The rows of the page with their positions, in the direction of the cursor. If more rows follow, there is one extra row.
    /// </param>
    /// <typeparam name="T">The resource that a row is shown as.</typeparam>
    public static Page<T> Of<T>(ListRequest<T> request, int count, IReadOnlyList<(T Row, ListPosition Position)> found)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(found);
        var isBackward = request.Cursor is { IsBackward: true };
        var rows = found.Take(request.PageSize).ToList();
        if (isBackward)
        {
            rows.Reverse();
        }

        // A cursor names a row of the page that the client saw before. So at least this row lies behind the new page.
        var hasMoreAhead = found.Count > request.PageSize;
        var hasMoreBehind = request.Cursor is not null || request.Number > 1;
        var (hasNext, hasPrevious) = isBackward ? (hasMoreBehind, hasMoreAhead) : (hasMoreAhead, hasMoreBehind);
        var list = request.List;
        return new Page<T>(
            request.Number,
            request.PageSize,
            count,
            rows.ConvertAll(item => item.Row),
            hasNext && rows.Count > 0
                ? Cursor.Create(list, rows[^1].Position, isBackward: false, Math.Min(request.Number + 1, Cursor.MaxPage))
                : null,
            // New rows may lie before the first page of this walk, so the number cannot go below 1.
            hasPrevious && rows.Count > 0
                ? Cursor.Create(list, rows[0].Position, isBackward: true, Math.Max(request.Number - 1, 1))
                : null);
    }
}
