using System.Globalization;
using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanWorkspace.Application.Common;
using CleanWorkspace.Domain.AuditEntries;
using CleanWorkspace.Domain.Common;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>A page of the audit, newest first.</summary>
/// <param name="Cursor">Where the page begins; null for the newest.</param>
/// <param name="PageSize">The most rows of a page, from 1.</param>
/// <param name="Resource">The id of the one resource to tell of; null for any.</param>
/// <param name="Actor">Whose writes; null for anybody's.</param>
/// <param name="CreatedAfter">The first moment to tell of.</param>
/// <param name="CreatedBefore">The first moment not to tell of any more.</param>
public sealed record AuditEntriesListRequest(
    Cursor? Cursor, int PageSize, Guid? Resource, string? Actor, DateTimeOffset? CreatedAfter, DateTimeOffset? CreatedBefore)
    : IRequest<CursorPage<AuditEntryResponse>>
{
    /// <summary>The list that the page is of. The actor stands last because it may hold anything.</summary>
    internal string List => string.Create(
        CultureInfo.InvariantCulture, $"audit {Resource} {CreatedAfter?.UtcTicks} {CreatedBefore?.UtcTicks} {Actor is null} {Actor}");
}

internal sealed class ListAuditEntriesHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<AuditEntriesListRequest, CursorPage<AuditEntryResponse>>
{
    public async Task<CursorPage<AuditEntryResponse>> Handle(AuditEntriesListRequest request, CancellationToken cancellationToken)
    {
        if (request.Cursor?.IsOf(request.List) == false)
        {
            throw new InvalidRequestException([RequestFault.InvalidCursor]);
        }

        var all = Filter(db.AuditEntries, request);
        var page = Cut(all, request.Cursor, request.PageSize + 1)
            .ProjectTo<AuditEntryResponse>(mapper.ConfigurationProvider)
            .Select(response => new { Key = (Guid?)response.WriteId, Response = response });
        var joined =
            from count in all.GroupBy(_ => 1).Select(rows => rows.Count())
            from row in page.DefaultIfEmpty()
            select new { Count = count, Response = row.Key == null ? null : row.Response };

        // Ordered here: what is joined to the count has no order of its own.
        var found = await joined.ToListAsync(cancellationToken);
        var rows = found.Select(row => row.Response).OfType<AuditEntryResponse>().OrderBy(IdsOf).ToList();
        if (request.Cursor?.IsBackward != true)
        {
            rows.Reverse();
        }

        return CursorPage.From(request.List, request.Cursor, request.PageSize, found.Count > 0 ? found[0].Count : 0, rows, IdsOf);
    }

    // A range of times is a range of ids, so that every filter is one of an index.
    private static IQueryable<AuditEntry> Filter(IQueryable<AuditEntry> entries, AuditEntriesListRequest request)
    {
        if (request.Resource is { } resource)
        {
            entries = entries.Where(entry => entry.ResourceId == resource);
        }

        if (request.Actor is { } actor)
        {
            entries = entries.Where(entry => entry.Actor == actor);
        }

        if (request.CreatedAfter is { } after)
        {
            var first = Uuid.FirstAt(after);
            entries = entries.Where(entry => entry.WriteId >= first);
        }

        if (request.CreatedBefore is { } before)
        {
            var end = Uuid.FirstAt(before);
            entries = entries.Where(entry => entry.WriteId < end);
        }

        return entries;
    }

    // What is left of the write that the cursor is in, and then the other writes: each is a range of an index, where a condition
    // on both ids at once would read a large write from its beginning for each of its pages.
    private static IQueryable<AuditEntry> Cut(IQueryable<AuditEntry> entries, Cursor? cursor, int size)
    {
        if (cursor is null)
        {
            return Descending(entries).Take(size);
        }

        var (write, resource) = (cursor.Id, cursor.SecondId);
        var same = entries.Where(entry => entry.WriteId == write);
        return cursor.IsBackward
            ? Ascending(Ascending(same.Where(entry => entry.ResourceId > resource)).Take(size)
                .Concat(Ascending(entries.Where(entry => entry.WriteId > write)).Take(size))).Take(size)
            : Descending(Descending(same.Where(entry => entry.ResourceId < resource)).Take(size)
                .Concat(Descending(entries.Where(entry => entry.WriteId < write)).Take(size))).Take(size);
    }

    private static IQueryable<AuditEntry> Descending(IQueryable<AuditEntry> entries) =>
        entries.OrderByDescending(entry => entry.WriteId).ThenByDescending(entry => entry.ResourceId);

    private static IQueryable<AuditEntry> Ascending(IQueryable<AuditEntry> entries) =>
        entries.OrderBy(entry => entry.WriteId).ThenBy(entry => entry.ResourceId);

    private static (Guid Id, Guid SecondId) IdsOf(AuditEntryResponse entry) => (entry.WriteId, entry.ResourceId);
}
