using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <inheritdoc cref="IAuditEntryReader"/>
internal sealed class AuditEntryReader(NpgsqlDataSource database) : IAuditEntryReader
{
    // An entry that only mirrors memberships repeats what the entries of the users say.
    private const string IsShown = "(a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}')";

    private readonly RowQueries<AuditEntryResponse> _rows = new(database, AuditEntryRows.Instance);

    /// <inheritdoc/>
    public Task<Page<AuditEntryResponse>> ListAsync(AuditEntriesListRequest query, CancellationToken cancellationToken)
    {
        var list = new ListStatement(AuditEntryRows.Instance.Table, AuditEntryRows.Instance.Key)
            .OrderBy(null, isDescending: true)
            .Where(IsShown)
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

    private static readonly string SelectAbout = $"""
        SELECT {AuditEntryRows.Instance.ColumnsOf(Fields<AuditEntryResponse>.All)}
        FROM {AuditEntryRows.Instance.Table}
        WHERE {IsShown}
            AND ((a.resource_id = $1 AND a.resource = 'users') OR a.actor = $2 OR a.added @> ARRAY[$1] OR a.removed @> ARRAY[$1])
        ORDER BY a.write_id, a.resource_id
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AuditEntryResponse>> ListAboutAsync(Guid user, string? actor, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectAbout);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = actor ?? (object)DBNull.Value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<AuditEntryResponse>();
        while (await row.ReadAsync(cancellationToken))
        {
            entries.Add(AuditEntryRows.Instance.Read(row, Fields<AuditEntryResponse>.All));
        }

        return entries;
    }
}
