using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <inheritdoc cref="IAuditEntryReader"/>
internal sealed class AuditEntryReader(NpgsqlDataSource database) : IAuditEntryReader
{
    private readonly RowQueries<AuditEntryResponse> _rows = new(database, AuditEntryRows.Instance);

    /// <inheritdoc/>
    public Task<Page<AuditEntryResponse>> ListAsync(AuditEntriesListRequest query, CancellationToken cancellationToken)
    {
        var list = new ListStatement(AuditEntryRows.Instance.Table, AuditEntryRows.Instance.Key)
            .OrderBy(null, isDescending: true)
            .Where("(a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}')")
            .WhereCreated(query.CreatedAfter, query.CreatedBefore)
            .LimitCount();
        if (query.Resource is { } resource)
        {
            list.Where($"a.resource_id = {list.Add(resource)}");
        }

        if (query.Actor is { } actor)
        {
            list.Where($"a.actor = {list.Add(actor)}");
        }

        if (query.Kind is { } kind)
        {
            // Not a parameter, so that every plan can use the index of rare kinds.
            list.Where($"a.kind = '{kind.Name}'");
        }

        if (query.Operation is { } operation)
        {
            list.Where($"a.operation = {list.Add(operation)}");
        }

        return _rows.ListAsync(list, query, cancellationToken);
    }
}
