using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Copies the rows of a file into temporary tables. There SQL compares them with each other and with the workspace.</summary>
internal sealed class ImportStaging(ImportSession session)
{
    // Batch size: rows, plus the groups that they name. Twice as many can be in memory, because one batch is sent while the next fills.
    private const int BatchSize = 4_000;

    private static readonly string CreateTables = $"""
        CREATE TEMP TABLE import_users (
            line bigint NOT NULL, id uuid NOT NULL, is_id_given boolean NOT NULL, created_at timestamptz NOT NULL,
            email text, folded_email text, role text,
            {TextColumnSql.Definitions(ImportColumns.Users)},
            -- NULL if the row does not give the groups.
            user_groups text[]);
        CREATE TEMP TABLE import_groups (
            line bigint NOT NULL, id uuid NOT NULL, is_id_given boolean NOT NULL, created_at timestamptz NOT NULL,
            name text,
            {TextColumnSql.Definitions(ImportColumns.Groups)});
        -- A row has is_read if it was refused before the comparison. A new plan keeps it and deletes the others.
        CREATE TEMP TABLE import_refusals (
            line bigint NOT NULL, part text, code text NOT NULL, detail text NOT NULL, is_read boolean NOT NULL DEFAULT false,
            group_name text);
        """;

    private const string Analyze = """
        CREATE UNIQUE INDEX ON import_users (line);
        ANALYZE import_users (line, id, is_id_given, folded_email, user_groups);
        ANALYZE import_groups;
        ANALYZE import_refusals;
        """;

    private readonly Batch<CheckedUser> _users = new("import_users", WriteAsync);
    private readonly Batch<CheckedGroup> _groups = new("import_groups", WriteAsync);
    private readonly Batch<RefusedRow> _refusals = new("import_refusals", WriteAsync);

    private List<ImportRefusal>? _kept;

    /// <summary>Creates the tables and fills them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="progress">Receives the number of rows so far.</param>
    /// <param name="cancellationToken">Ends the import.</param>
    public async Task FillAsync(IAsyncEnumerable<CheckedRow> rows, Action<long> progress, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(CreateTables, cancellationToken);
        var count = 0L;
        var lastLine = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await (row switch
            {
                CheckedUser user => _users.AddAsync(user, 1 + (user.UserGroups.Value?.Length ?? 0), session, cancellationToken),
                CheckedGroup group => _groups.AddAsync(group, 1, session, cancellationToken),
                RefusedRow refusal => _refusals.AddAsync(refusal, 1, session, cancellationToken),
                _ => throw new InvalidOperationException(row.ToString()),
            });
            // A refused row can have several faults, which come one by one.
            if (row.Line != lastLine)
            {
                lastLine = row.Line;
                progress(++count);
            }
        }

        await _users.SendAsync(session, cancellationToken);
        await _groups.SendAsync(session, cancellationToken);
        await _refusals.SendAsync(session, cancellationToken);
        await session.ExecuteAsync(Analyze, cancellationToken);
    }

    /// <summary>Drops all temporary tables. The refusals stay in the memory, so they can still be read.</summary>
    public async Task DropTablesAsync(CancellationToken cancellationToken)
    {
        _kept = await ReadRefusalsAsync(cancellationToken).ToListAsync(cancellationToken);
        await session.ExecuteAsync("DISCARD TEMP", cancellationToken);
    }

    /// <summary>Reads all refusals by line. The session cannot do anything else until the last one is read.</summary>
    public IAsyncEnumerable<ImportRefusal> ReadRefusalsAsync(CancellationToken cancellationToken) =>
        _kept?.ToAsyncEnumerable() ?? SelectRefusalsAsync(cancellationToken);

    private async IAsyncEnumerable<ImportRefusal> SelectRefusalsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT line, part, code, detail FROM import_refusals ORDER BY line, ctid", session.Connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new ImportRefusal(
                reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2), reader.GetString(3));
        }
    }

    // These methods write the columns in the order of the tables above.
    private static async Task WriteAsync(NpgsqlBinaryImporter copy, CheckedUser user, CancellationToken cancellationToken)
    {
        await WriteKeyAsync(copy, user.Line, user.Id, user.IsIdGiven, cancellationToken);
        await WriteAsync(copy, user.Email, cancellationToken);
        await WriteAsync(copy, user.FoldedEmail, cancellationToken);
        await WriteAsync(copy, user.Role.IsGiven ? RoleName.Of(user.Role.Value) : null, cancellationToken);
        await WriteAsync(copy, user.Texts, ImportColumns.Users.Count, cancellationToken);
        if (user.UserGroups.IsGiven)
        {
            await copy.WriteAsync(user.UserGroups.Value!, NpgsqlDbType.Array | NpgsqlDbType.Text, cancellationToken);
        }
        else
        {
            await copy.WriteNullAsync(cancellationToken);
        }
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, CheckedGroup group, CancellationToken cancellationToken)
    {
        await WriteKeyAsync(copy, group.Line, group.Id, group.IsIdGiven, cancellationToken);
        await WriteAsync(copy, group.Name, cancellationToken);
        await WriteAsync(copy, group.Texts, ImportColumns.Groups.Count, cancellationToken);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, RefusedRow refusal, CancellationToken cancellationToken)
    {
        await copy.WriteAsync(refusal.Line, NpgsqlDbType.Bigint, cancellationToken);
        await WriteAsync(copy, refusal.Column, cancellationToken);
        await WriteAsync(copy, refusal.Fault.Code, cancellationToken);
        await WriteAsync(copy, refusal.Fault.Detail, cancellationToken);
        await copy.WriteAsync(true, NpgsqlDbType.Boolean, cancellationToken);
        await WriteAsync(copy, refusal.GroupName, cancellationToken);
    }

    private static async Task WriteKeyAsync(
        NpgsqlBinaryImporter copy, long line, Guid id, bool isGiven, CancellationToken cancellationToken)
    {
        await copy.WriteAsync(line, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(id, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(isGiven, NpgsqlDbType.Boolean, cancellationToken);
        await copy.WriteAsync(Uuid.TimeOf(id), NpgsqlDbType.TimestampTz, cancellationToken);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, TextValues values, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            await copy.WriteAsync(values[i].IsGiven, NpgsqlDbType.Boolean, cancellationToken);
            await WriteAsync(copy, values[i].Value, cancellationToken);
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, string? value, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

    // Rows of all kinds come in any order, but a connection runs one COPY at a time. So each kind has its own batch.
    private sealed class Batch<TRow>(string table, Func<NpgsqlBinaryImporter, TRow, CancellationToken, Task> write)
    {
        private List<TRow> _rows = [];
        private int _size;

        public Task AddAsync(TRow row, int size, ImportSession session, CancellationToken cancellationToken)
        {
            _rows.Add(row);
            _size += size;
            return _size < BatchSize ? Task.CompletedTask : SendAsync(session, cancellationToken);
        }

        public async Task SendAsync(ImportSession session, CancellationToken cancellationToken)
        {
            if (_rows.Count == 0)
            {
                return;
            }

            var rows = _rows;
            (_rows, _size) = ([], 0);
            await session.StartAsync(() => CopyAsync(rows, session, cancellationToken));
        }

        private async Task CopyAsync(List<TRow> rows, ImportSession session, CancellationToken cancellationToken)
        {
            await using var copy = await session.Connection.BeginBinaryImportAsync(
                $"COPY {table} FROM STDIN (FORMAT binary)", cancellationToken);
            copy.Timeout = TimeSpan.Zero;
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellationToken);
                await write(copy, row, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }
    }
}
