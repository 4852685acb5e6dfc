using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Lists;

/// <summary>Reads pages of administrative rows through EF Core, sorted by their ids.</summary>
internal static class PageQueries
{
    /// <summary>Counts the rows and reads the requested page. A cursor finds its page by the index on the id.</summary>
    public static async Task<Page<T>> ToPageAsync<T>(
        this IQueryable<T> rows, ListRequest<T> request, CancellationToken cancellationToken)
        where T : IIdentified
    {
        var isDescending = request.IsNewestFirst != (request.Cursor is { IsBackward: true });
        var rest = request.Cursor?.Position.Id switch
        {
            null => rows,
            { } id when isDescending => rows.Where(row => row.Id < id),
            { } id => rows.Where(row => row.Id > id),
        };
        var page = (isDescending ? rest.OrderByDescending(row => row.Id) : rest.OrderBy(row => row.Id))
            .Skip((int)Math.Min(request.Offset, int.MaxValue));
        var found = await page
            .Take(request.PageSize + 1)
            .Select(row => new { Row = row, Count = rows.Count() })
            .ToListAsync(cancellationToken);
        // The count comes with the rows. A page after the end has no rows, so it needs a statement of its own.
        var count = found.Count > 0 ? found[0].Count : await rows.CountAsync(cancellationToken);
        return Page.Of(request, count, found.ConvertAll(item => (item.Row, new ListPosition("", item.Row.Id))));
    }
}
