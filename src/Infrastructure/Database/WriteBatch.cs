using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Statements about one row and its memberships, with the parameters they share. They are sent together, and PostgreSQL
/// runs what is sent together as one transaction; each statement sees what was committed before it began, so one that
/// follows a lock sees what the lock's last holder wrote.
/// </summary>
internal sealed class WriteBatch
{
    // On whose behalf the batch writes: the triggers ask for the setting. It is made by the first statement on its way, as one of
    // its own would cost half as much again as the insert of a row.
    private const string Telling = "set_config('workspace.write', @write, true)";

    private readonly StoredRow _row;
    private readonly Guid _id;
    private readonly Caller _caller;
    private readonly List<string> _statements = [];
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _columns = [];
    private bool _hasTold;
    private bool _insertsRowLast;

    /// <summary>A batch about one row, which statements name <c>@id</c>, on behalf of a caller, whom triggers find in the setting <c>workspace.write</c>.</summary>
    public WriteBatch(StoredRow row, Guid id, Caller caller)
    {
        _row = row;
        _id = id;
        _caller = caller;
        _parameters.Add(new NpgsqlParameter<Guid>("id", id));
        _parameters.Add(new NpgsqlParameter<string>("write", WriteSetting.Of(row.Table, caller)));
    }

    public object[] Parameters => [.. _parameters];

    public WriteBatch With(string name, Guid[] ids)
    {
        _parameters.Add(new NpgsqlParameter<Guid[]>(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = ids });
        return this;
    }

    /// <summary>The new value of a column; absent leaves the column alone.</summary>
    public WriteBatch With(string column, Optional<string?> value) =>
        value.IsGiven ? With(column, NpgsqlDbType.Text, value.Value) : this;

    /// <summary>The new value of a column; absent leaves the column alone.</summary>
    public WriteBatch With(string column, Optional<DateTimeOffset?> value) =>
        value.IsGiven ? With(column, NpgsqlDbType.TimestampTz, value.Value) : this;

    /// <summary>The value of a column of bytes.</summary>
    public WriteBatch With(string column, byte[] value) => With(column, NpgsqlDbType.Bytea, value);

    public WriteBatch Then(string statement) => (_hasTold ? this : ThenLock("SELECT")).Append(statement);

    /// <summary>
    /// Locks the rows of a query that ends with a locking clause, and does nothing else. (A plain query would be taken for
    /// the batch's answer. The condition is never true; the table to which nothing is added is one without triggers, which would be
    /// called all the same.)
    /// </summary>
    public WriteBatch ThenLock(string query) => Append(
        $"INSERT INTO row_counts (count) SELECT 0 WHERE 0 > (SELECT count(*) FROM ({query}) AS locked){TellBy($" + (SELECT length({Telling}))")}");

    /// <summary>
    /// Has PostgreSQL plan anew what is about many memberships, by their number as an expression of SQL. A connection, its triggers and
    /// foreign keys included, keeps plans until a table is analyzed the next time. In those that were made for a table of a row or two all of it
    /// is read for each id, which does for few ids; but tens of thousands of rows may have come since, and as many ids be given.
    /// </summary>
    public WriteBatch ThenPlanFor(string memberships) => ThenLock($"SELECT plan_for({memberships})");

    /// <summary>
    /// Refuses the batch where the key is used already or in use; without a key does nothing. It comes first, as what the key's
    /// first use has left may be all that keeps the rest from being carried out again.
    /// </summary>
    public WriteBatch ThenRequireUnused(IdempotencyKey? key)
    {
        if (key is null)
        {
            return this;
        }

        _parameters.Add(new NpgsqlParameter<string>("key_actor", _caller.Actor));
        _parameters.Add(new NpgsqlParameter<string>("key", key.Value));
        _parameters.Add(new NpgsqlParameter<byte[]>("fingerprint", key.Fingerprint));
        return ThenLock($"SELECT require_unused_key(@key_actor, @key, @fingerprint, {IdempotencyRecord.ExpiredUntil})");
    }

    /// <summary>Stores the row as it is read under the required key, in place of a record that has expired.</summary>
    public WriteBatch ThenRecord() =>
        Then($"""
            INSERT INTO idempotency_records (actor, key, fingerprint, answer)
            SELECT @key_actor, @key, @fingerprint, to_jsonb(stored) FROM ({_row.Query}) AS stored WHERE id = @id
            ON CONFLICT ON CONSTRAINT pk_idempotency_records
            DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at
            """);

    /// <summary>Locks the batch's own row, and refuses it where it has none of the expected versions; null expects nothing.</summary>
    public WriteBatch ThenLockRow(IReadOnlyList<long>? expectedVersions, string strength = "FOR NO KEY UPDATE")
    {
        var query = $"SELECT version FROM {_row.Table} WHERE id = @id {strength}";
        if (expectedVersions is null)
        {
            return ThenLock(query);
        }

        _parameters.Add(new NpgsqlParameter<long[]>("expected_versions", [.. expectedVersions]));
        return ThenLock($"SELECT 1 FROM ({query}) AS mine WHERE require_version(mine.version, @expected_versions)");
    }

    /// <summary>Refuses the batch where its row has none of the expected versions; null expects nothing, and locks nothing.</summary>
    public WriteBatch ThenExpect(IReadOnlyList<long>? expectedVersions) => expectedVersions is null ? this : ThenLockRow(expectedVersions);

    /// <summary>Inserts the row with the given columns. Its time is that of its id, by which lists are ordered and chosen from.</summary>
    public WriteBatch ThenInsert()
    {
        _parameters.Add(new NpgsqlParameter<DateTimeOffset>("time", Uuid.TimeOf(_id)));
        var names = string.Join(", ", _columns);
        Append(
            $"INSERT INTO {_row.Table} AS {_row.Alias} (id, created_at, updated_at, {names}) SELECT @id, @time, @time, {Values}{TellBy($" WHERE {Telling} IS NOT NULL")}");
        _insertsRowLast = true;
        return this;
    }

    /// <summary>Sets the given columns where any of them differs, which alone makes it a change.</summary>
    public WriteBatch ThenUpdate()
    {
        if (_columns.Count > 0)
        {
            var names = string.Join(", ", _columns);
            Append($"""
                UPDATE {_row.Table} SET ({names}) = ROW ({Values}), version = version + 1, updated_at = touched_at(updated_at)
                WHERE id = @id AND ROW ({names}) IS DISTINCT FROM ROW ({Values}){TellBy($" AND {Telling} IS NOT NULL")}
                """);
        }

        return this;
    }

    /// <summary>The whole batch.</summary>
    public string Sql => Join(_statements);

    /// <summary>The whole batch, answering with the row.</summary>
    /// <remarks>
    /// A new row that nobody is in is answered as it is inserted. Any other is read by a statement of its own: one that waited for another
    /// writer goes on with that one's row, but sees the memberships as they were before.
    /// </remarks>
    public string SqlWithRow => _insertsRowLast
        ? $"{Sql} RETURNING {_row.Columns}"
        : Join([.. _statements, $"SELECT * FROM ({_row.Query}) AS stored WHERE id = @id"]);

    private static string Join(IEnumerable<string> statements) => string.Join(";\n", statements);

    private WriteBatch Append(string statement)
    {
        _statements.Add(statement);
        _insertsRowLast = false;
        return this;
    }

    // What to add to a statement, once.
    private string TellBy(string addition)
    {
        var isFirst = !_hasTold;
        _hasTold = true;
        return isFirst ? addition : "";
    }

    // The type is named so that null and a value make the same prepared statement.
    private WriteBatch With(string column, NpgsqlDbType type, object? value)
    {
        _columns.Add(column);
        _parameters.Add(new NpgsqlParameter(column, type) { Value = value ?? DBNull.Value });
        return this;
    }

    private string Values => string.Join(", ", _columns.Select(column => "@" + column));
}
