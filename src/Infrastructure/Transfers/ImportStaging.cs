using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The rows of a file in temporary tables, where they are compared with each other and with the workspace.</summary>
internal sealed class ImportStaging(ImportSession session)
{
    // What is held in memory before it is sent: rows, and names within them. As many again may be on their way.
    private const int RowsAtOnce = 4_000;

    private const string Tables = """
        CREATE TEMP TABLE import_users (
            line bigint NOT NULL, id uuid NOT NULL, is_id_given boolean NOT NULL, created_at timestamptz NOT NULL,
            email text, folded_email text, role text, gives_first_name boolean NOT NULL, first_name text,
            gives_last_name boolean NOT NULL, last_name text, user_groups text[]);
        CREATE TEMP TABLE import_groups (
            line bigint NOT NULL, id uuid NOT NULL, is_id_given boolean NOT NULL, created_at timestamptz NOT NULL,
            gives_name boolean NOT NULL, name text, gives_icon boolean NOT NULL, icon text,
            gives_description boolean NOT NULL, description text);
        CREATE TEMP TABLE import_refusals (
            line bigint NOT NULL, part text, code text NOT NULL, detail text NOT NULL, is_read boolean NOT NULL DEFAULT false, group_name text);
        """;

    private readonly Buffer<CheckedUser> _users = new("import_users", WriteAsync);
    private readonly Buffer<CheckedGroup> _groups = new("import_groups", WriteAsync);
    private readonly Buffer<RefusedRow> _refusals = new("import_refusals", WriteAsync);

    public async Task FillAsync(IAsyncEnumerable<CheckedRow> rows, Action<long> progress, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(Tables, cancellationToken);
        var lines = 0L;
        var last = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await (row switch
            {
                CheckedUser user => _users.AddAsync(user, 1 + (user.UserGroups.Value?.Length ?? 0), session, cancellationToken),
                CheckedGroup group => _groups.AddAsync(group, 1, session, cancellationToken),
                RefusedRow refusal => _refusals.AddAsync(refusal, 1, session, cancellationToken),
                _ => throw new InvalidOperationException(row.ToString()),
            });
            if (row.Line != last)
            {
                last = row.Line;
                progress(++lines);
            }
        }

        await _users.SendAsync(session, cancellationToken);
        await _groups.SendAsync(session, cancellationToken);
        await _refusals.SendAsync(session, cancellationToken);
        await session.ExecuteAsync(
            """
            CREATE UNIQUE INDEX ON import_users (line);
            ANALYZE import_users (line, id, is_id_given, folded_email, user_groups);
            ANALYZE import_groups;
            ANALYZE import_refusals;
            """,
            cancellationToken);
    }

    /// <summary>All that was found wrong, by line; nothing else can be done with the session until it is read.</summary>
    public async IAsyncEnumerable<ImportRefusal> ReadRefusalsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
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

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, CheckedUser user, CancellationToken cancellationToken)
    {
        await WriteKeyAsync(copy, user.Line, user.Id, user.IsIdGiven, cancellationToken);
        await WriteAsync(copy, user.Email, cancellationToken);
        await WriteAsync(copy, user.FoldedEmail, cancellationToken);
        await WriteAsync(copy, user.Role.IsGiven ? RoleName.Of(user.Role.Value) : null, cancellationToken);
        await WriteAsync(copy, user.FirstName, cancellationToken);
        await WriteAsync(copy, user.LastName, cancellationToken);
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
        await WriteAsync(copy, group.Icon, cancellationToken);
        await WriteAsync(copy, group.Description, cancellationToken);
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

    private static async Task WriteKeyAsync(NpgsqlBinaryImporter copy, long line, Guid id, bool isGiven, CancellationToken cancellationToken)
    {
        await copy.WriteAsync(line, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(id, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(isGiven, NpgsqlDbType.Boolean, cancellationToken);
        await copy.WriteAsync(Uuid.TimeOf(id), NpgsqlDbType.TimestampTz, cancellationToken);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, Optional<string?> value, CancellationToken cancellationToken)
    {
        await copy.WriteAsync(value.IsGiven, NpgsqlDbType.Boolean, cancellationToken);
        await WriteAsync(copy, value.Value, cancellationToken);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, string? value, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

    // A connection carries one COPY at a time, and rows of all kinds come in any order. While some are sent the next are read.
    private sealed class Buffer<TRow>(string table, Func<NpgsqlBinaryImporter, TRow, CancellationToken, Task> write)
    {
        private List<TRow> _rows = [];
        private int _weight;

        public Task AddAsync(TRow row, int weight, ImportSession session, CancellationToken cancellationToken)
        {
            _rows.Add(row);
            _weight += weight;
            return _weight < RowsAtOnce ? Task.CompletedTask : SendAsync(session, cancellationToken);
        }

        public async Task SendAsync(ImportSession session, CancellationToken cancellationToken)
        {
            if (_rows.Count == 0)
            {
                return;
            }

            var rows = _rows;
            (_rows, _weight) = ([], 0);
            await session.BeginAsync(() => CopyAsync(rows, session, cancellationToken));
        }

        private async Task CopyAsync(List<TRow> rows, ImportSession session, CancellationToken cancellationToken)
        {
            await using var copy = await session.Connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT binary)", cancellationToken);
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
