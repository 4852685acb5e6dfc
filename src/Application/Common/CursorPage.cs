namespace CleanWorkspace.Application.Common;

/// <summary>One page of a list that is walked by cursors.</summary>
/// <param name="Number">Which page, from 1, as counted since the walk began.</param>
/// <param name="Size">The most rows a page has.</param>
/// <param name="Count">How many rows the list has at the moment, exactly.</param>
/// <param name="Results">The rows.</param>
/// <param name="Next">The page after, or null on the last.</param>
/// <param name="Previous">The page before, or null on the first.</param>
/// <typeparam name="T">What a row is shown as.</typeparam>
public sealed record CursorPage<T>(int Number, int Size, int Count, IReadOnlyList<T> Results, Cursor? Next, Cursor? Previous)
{
    /// <summary>How many pages there are; 0 where there are no rows.</summary>
    public int TotalPages => (Count + Size - 1) / Size;
}

internal static class CursorPage
{
    /// <summary>Makes a page of the rows beyond a cursor.</summary>
    /// <param name="list">What the list is of, with all that was asked for but the page.</param>
    /// <param name="cursor">Where the page begins; null for the first.</param>
    /// <param name="size">The most rows of the page.</param>
    /// <param name="count">How many rows the list has.</param>
    /// <param name="found">The rows from the cursor onwards, in the direction of the walk; one more than the page has, if there is one.</param>
    /// <param name="idsOf">The ids that name a row.</param>
    public static CursorPage<T> From<T>(
        string list, Cursor? cursor, int size, int count, IReadOnlyList<T> found, Func<T, (Guid Id, Guid SecondId)> idsOf)
    {
        var isBackward = cursor?.IsBackward ?? false;
        var number = cursor?.Page ?? 1;
        var results = found.Take(size).ToList();
        if (isBackward)
        {
            results.Reverse();
        }

        // The row that the cursor names lies on the side that the walk came from.
        var hasMoreAhead = found.Count > size;
        var hasNext = results.Count > 0 && (isBackward || hasMoreAhead);
        var hasPrevious = results.Count > 0 && (isBackward ? hasMoreAhead : cursor is not null);
        return new CursorPage<T>(
            number,
            size,
            count,
            results,
            hasNext ? Cursor.Create(list, idsOf(results[^1]), isBackward: false, Math.Min(number + 1, int.MaxValue - 1)) : null,
            // Rows that came since the walk began may lie before its first page.
            hasPrevious ? Cursor.Create(list, idsOf(results[0]), isBackward: true, Math.Max(number - 1, 1)) : null);
    }
}
