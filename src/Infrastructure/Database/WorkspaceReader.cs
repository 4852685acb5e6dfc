using System.Data;
using System.Runtime.CompilerServices;
using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Infrastructure.ApiKeys;
using CleanWorkspace.Infrastructure.AuditEntries;
using CleanWorkspace.Infrastructure.Transfers;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Reads the workspace by hand-written SQL (docs/decisions/0010).</summary>
internal sealed class WorkspaceReader : IWorkspaceReader
{
    // PostgreSQL takes a list of ids that it does not know to have as many. Where it has fewer a plan for those alone looks cheaper, and
    // it would make one each time, which costs more than the lookup.
    private const int ExpectedIds = 10;

    // However slow their clients are, nearly all connections are left to other requests.
    private const int MaxExports = 4;

    private static readonly UserRows Users = new();
    private static readonly UserGroupRows UserGroups = new();
    private static readonly ApiKeyRows ApiKeys = new();
    private static readonly AuditEntryRows AuditEntries = new();

    // An export says with each user which groups it is in; a group's line would be as long as the group is large.
    private static readonly Fields<UserGroupResponse> WithoutUsers =
        Fields<UserGroupResponse>.TryParse("id,name,icon,description,created_at,updated_at", out var fields) ? fields : Fields<UserGroupResponse>.All;

    private readonly NpgsqlDataSource _database;
    private readonly SharedLookup<UserResponse> _users;
    private readonly SharedLookup<UserGroupResponse> _userGroups;
    private int _exports;

    /// <param name="database">Where the workspace is.</param>
    public WorkspaceReader(NpgsqlDataSource database)
    {
        _database = database;
        _users = Share(Users);
        _userGroups = Share(UserGroups);
    }

    /// <inheritdoc/>
    public Task<UserResponse?> FindUserAsync(Guid id, Fields<UserResponse>? fields, CancellationToken cancellationToken) =>
        fields is null or { AreAll: true } ? _users.FindAsync(id, cancellationToken) : FindAsync(Users, id, fields, cancellationToken);

    /// <inheritdoc/>
    public Task<UserGroupResponse?> FindUserGroupAsync(Guid id, Fields<UserGroupResponse>? fields, CancellationToken cancellationToken) =>
        fields is null or { AreAll: true } ? _userGroups.FindAsync(id, cancellationToken) : FindAsync(UserGroups, id, fields, cancellationToken);

    /// <inheritdoc/>
    public Task<ApiKeyResponse?> FindApiKeyAsync(Guid id, Fields<ApiKeyResponse>? fields, CancellationToken cancellationToken) =>
        FindAsync(ApiKeys, id, fields, cancellationToken);

    /// <inheritdoc/>
    public Task<Page<UserResponse>> ListUsersAsync(ListUsersQuery query, CancellationToken cancellationToken) =>
        ListAsync(Users, UserRows.List(query), query, cancellationToken);

    /// <inheritdoc/>
    public Task<Page<UserGroupResponse>> ListUserGroupsAsync(ListGroupsQuery query, CancellationToken cancellationToken) =>
        ListAsync(UserGroups, UserGroupRows.List(query), query, cancellationToken);

    /// <inheritdoc/>
    public Task<Page<ApiKeyResponse>> ListApiKeysAsync(ListRequest<ApiKeyResponse> query, CancellationToken cancellationToken) =>
        ListAsync(ApiKeys, new ListStatement(ApiKeys.Table, ApiKeys.Key), query, cancellationToken);

    /// <inheritdoc/>
    public Task<Page<AuditEntryResponse>> ListAuditEntriesAsync(AuditEntriesListRequest query, CancellationToken cancellationToken) =>
        ListAsync(AuditEntries, AuditEntryRows.List(query), query, cancellationToken);

    /// <inheritdoc/>
    public async Task ExportAsync(IExportWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _exports) > MaxExports)
            {
                throw Failure.TooManyExports();
            }

            await ExportAllAsync(writer, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _exports);
        }
    }

    private async Task ExportAllAsync(IExportWriter writer, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var begin = new NpgsqlCommand(ExportStatements.Begin, connection))
        {
            await begin.ExecuteNonQueryAsync(cancellationToken);
        }

        var users = Users.ColumnsOf(Fields<UserResponse>.All);
        if (!writer.HasGroups)
        {
            var named = ReadAsync(connection, ExportStatements.WithGroupNames(Users, users), cancellationToken);
            await foreach (var row in named)
            {
                await writer.WriteAsync(Users.Read(row, Fields<UserResponse>.All), row.GetFieldValue<string[]>(row.FieldCount - 1), cancellationToken);
            }

            return;
        }

        await foreach (var row in ReadAsync(connection, ExportStatements.Of(UserGroups, UserGroups.ColumnsOf(WithoutUsers)), cancellationToken))
        {
            await writer.WriteAsync(UserGroups.Read(row, WithoutUsers), cancellationToken);
        }

        await foreach (var row in ReadAsync(connection, ExportStatements.Of(Users, users), cancellationToken))
        {
            await writer.WriteAsync(Users.Read(row, Fields<UserResponse>.All), [], cancellationToken);
        }
    }

    // Where nobody wants the rest, the server is told so: to end the reading otherwise means to read it.
    private static async IAsyncEnumerable<NpgsqlDataReader> ReadAsync(
        NpgsqlConnection connection, string sql, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isAtEnd = false;
        try
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                yield return reader;
            }

            isAtEnd = true;
        }
        finally
        {
            if (!isAtEnd)
            {
                command.Cancel();
            }
        }
    }

    private async Task<T?> FindAsync<T>(Rows<T> rows, Guid id, Fields<T>? fields, CancellationToken cancellationToken)
        where T : class
    {
        var shown = fields ?? Fields<T>.All;
        await using var command = _database.CreateCommand($"SELECT {rows.ColumnsOf(shown)} FROM {rows.Table} WHERE {rows.Key[0]} = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? rows.Read(reader, shown) : null;
    }

    private SharedLookup<T> Share<T>(Rows<T> rows)
        where T : class =>
        new((id, token) => FindAsync(rows, id, Fields<T>.All, token), (ids, token) => FindTogetherAsync(rows, ids, token));

    private async Task<IReadOnlyDictionary<Guid, T?>> FindTogetherAsync<T>(Rows<T> rows, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
        where T : class
    {
        Guid[] asked = [.. ids, .. Enumerable.Repeat(ids[0], Math.Max(0, ExpectedIds - ids.Count))];
        await using var command = _database.CreateCommand($"SELECT {rows.ColumnsTogether} FROM {rows.Table} WHERE {rows.Key[0]} = ANY ($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = asked });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, T?>(ids.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetGuid(0), rows.IsWhole(reader) ? rows.Read(reader, Fields<T>.All) : null);
        }

        return found;
    }

    private async Task<Page<T>> ListAsync<T>(Rows<T> rows, ListStatement list, ListRequest<T> query, CancellationToken cancellationToken)
    {
        var shown = query.Fields ?? Fields<T>.All;
        var found = new List<(T, Place)>();
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var command = list.ToCommand(rows, shown, query);
        command.Connection = connection;
        var count = 0;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = rows.Read(reader, shown);
                found.Add((row, rows.PlaceOf(row, reader.GetString(reader.FieldCount - 2))));
                count = reader.GetInt32(reader.FieldCount - 1);
            }
        }

        // The first page of what has rows has one. What is past the end has no row that could bring the count.
        if (found.Count == 0 && (query.Cursor is not null || query.Offset > 0))
        {
            await using var counting = list.ToCountCommand();
            counting.Connection = connection;
            count = (int)(await counting.ExecuteScalarAsync(cancellationToken))!;
        }

        return Page.Of(query, count, found);
    }
}
