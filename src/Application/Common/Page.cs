using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Common;

/// <summary>One page of a list.</summary>
/// <param name="Number">Which page, from 1.</param>
/// <param name="Size">The most rows a page has.</param>
/// <param name="Count">How many rows all pages have together, exactly.</param>
/// <param name="Results">The rows; none past the end.</param>
/// <typeparam name="T">What a row is shown as.</typeparam>
public sealed record Page<T>(int Number, int Size, int Count, IReadOnlyList<T> Results)
{
    /// <summary>How many pages there are; 0 where there are no rows.</summary>
    public int TotalPages => (Count + Size - 1) / Size;
}

internal static class PageQuery
{
    /// <summary>
    /// Reads a page, oldest row first, with the count of all rows in the same statement: <paramref name="all"/> grouped to
    /// one row, joined to the page, so that a page past the end still brings the count. The page is cut on the ids alone,
    /// so the rows that are skipped never have their memberships aggregated.
    /// </summary>
    public static async Task<Page<TResponse>> ToPageAsync<TEntity, TResponse>(
        this IQueryable<TEntity> all, int number, int size, IConfigurationProvider mappings, CancellationToken cancellationToken)
        where TEntity : Entity
        where TResponse : class, IResource
    {
        var offset = (int)Math.Min((long)(number - 1) * size, int.MaxValue);
        var ids = all.OrderBy(row => row.Id).Skip(offset).Take(size).Select(row => row.Id);
        var page = all
            .Where(row => ids.Contains(row.Id))
            .ProjectTo<TResponse>(mappings)
            .Select(response => new { Key = (Guid?)response.Id, Response = response });

        var joined = await (
            from count in all.GroupBy(_ => 1).Select(rows => rows.Count())
            from row in page.DefaultIfEmpty()
            orderby row.Key
            select new { Count = count, Response = row.Key == null ? null : row.Response })
            .ToListAsync(cancellationToken);

        return new Page<TResponse>(
            number,
            size,
            joined.Count > 0 ? joined[0].Count : 0,
            [.. joined.Select(row => row.Response).OfType<TResponse>()]);
    }
}
