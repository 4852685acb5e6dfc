namespace CleanWorkspace.Application.Lists;

/// <summary>One page of a list.</summary>
/// <param name="Number">Which page, from 1; where it was reached by links, as counted since the walk began.</param>
/// <param name="Size">The most rows a page has.</param>
/// <param name="Count">How many rows all pages have together at the moment, exactly.</param>
/// <param name="Results">The rows; none past the end.</param>
/// <param name="Next">Where the next page begins, or null on the last.</param>
/// <param name="Previous">Where the page before begins, or null on the first and past the end.</param>
/// <typeparam name="T">What a row is shown as.</typeparam>
public sealed record Page<T>(int Number, int Size, int Count, IReadOnlyList<T> Results, Cursor? Next, Cursor? Previous)
{
    /// <summary>How many pages there are; 0 where there are no rows.</summary>
    public int TotalPages => (Count + Size - 1) / Size;
}

/// <summary>Makes pages of what was found.</summary>
public static class Page
{
    /// <summary>Makes the page that was asked for of the rows where it begins.</summary>
    /// <param name="request">Asked for it.</param>
    /// <param name="count">How many rows the list has.</param>
    /// <param name="found">
    /// The rows from its beginning onwards with their places in the list, in the direction of the walk; one more than the page has,
    /// if there is one.
    /// </param>
    /// <typeparam name="T">What a row is shown as.</typeparam>
    public static Page<T> Of<T>(ListRequest<T> request, int count, IReadOnlyList<(T Row, Place Place)> found)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(found);
        var isBackward = request.Cursor is { IsBackward: true };
        var rows = found.Take(request.PageSize).ToList();
        if (isBackward)
        {
            rows.Reverse();
        }

        // Whatever the page begins beyond lies on the side that the walk came from.
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
                ? Cursor.Create(list, rows[^1].Place, isBackward: false, Math.Min(request.Number + 1, Cursor.MaxPage))
                : null,
            // Rows that came since the walk began may lie before its first page.
            hasPrevious && rows.Count > 0
                ? Cursor.Create(list, rows[0].Place, isBackward: true, Math.Max(request.Number - 1, 1))
                : null);
    }
}
