using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// The statements of one write to one row and its memberships, with their parameters. They are sent together in one round trip, and
/// PostgreSQL runs them as one transaction (<c>docs/decisions/0003</c>).
/// </summary>
/// <remarks>
/// <para>Each statement sees everything that was committed before it began. A statement after a lock therefore sees the changes of the
/// previous holder of the lock.</para>
/// <para>All writers take their locks in the same order, so that they wait for each other and do not deadlock: groups before users,
/// each ascending by id, and the rows of <c>row_counts</c> last. Triggers lock a counter when a user or group is inserted or deleted
/// or a role changes, so everything else that such a statement needs is locked before it. A lock out of order uses NOWAIT: the batch
/// then fails and runs again.</para>
/// </remarks>
internal sealed class WriteBatch
{
    // Tells the audit triggers the caller. It is part of the first statement, because a statement of its own costs half as much as the
    // insert of a row.
    private const string SetCaller = "set_config('workspace.write', @write, true)";

    private readonly string _table;
    private readonly Guid _id;
    private readonly Caller _caller;
    private readonly List<string> _statements = [];
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _columns = [];
    private bool _hasSetCaller;

    /// <summary>Starts a batch. Its statements name the row <c>@id</c>.</summary>
    /// <param name="table">The table of the row.</param>
    /// <param name="id">The id of the row.</param>
    /// <param name="caller">The caller, for the audit.</param>
    public WriteBatch(string table, Guid id, Caller caller)
    {
        (_table, _id, _caller) = (table, id, caller);
        _parameters.Add(new NpgsqlParameter<Guid>("id", id));
        _parameters.Add(new NpgsqlParameter<string>("write", WriteSetting.Of(table, caller)));
    }

    /// <summary>The statements. Values are parameters.</summary>
    public string Sql => string.Join(";\n", _statements);

    /// <summary>True if the last statement inserts the row, so that RETURNING can read it.</summary>
    public bool EndsWithInsert { get; private set; }

    private string Values => string.Join(", ", _columns.Select(column => "@" + column));

    /// <summary>Returns a command for the statements.</summary>
    /// <param name="sql">The statements, with additions of the caller.</param>
    public NpgsqlCommand ToCommand(string sql)
    {
        var command = new NpgsqlCommand(sql);
        _parameters.ForEach(parameter => command.Parameters.Add(parameter));
        return command;
    }

    /// <summary>Adds a parameter with ids.</summary>
    public WriteBatch With(string name, Guid[] ids)
    {
        _parameters.Add(new NpgsqlParameter<Guid[]>(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = ids });
        return this;
    }

    /// <summary>Adds the new value of a text column. An absent value leaves the column as it is.</summary>
    public WriteBatch With(string column, Optional<string?> value)
    {
        if (value.IsGiven)
        {
            _columns.Add(column);
            // With an explicit type, null and text share one prepared statement.
            _parameters.Add(new NpgsqlParameter(column, NpgsqlDbType.Text) { Value = value.Value ?? (object)DBNull.Value });
        }

        return this;
    }

    /// <summary>Adds a statement.</summary>
    public WriteBatch Then(string statement) => (_hasSetCaller ? this : ThenLock("SELECT")).Append(statement);

    /// <summary>Adds a statement that runs a query, usually one with a locking clause, and discards its rows.</summary>
    /// <remarks>
    /// A plain query would return rows, and the client would take them for the answer. An insert with a false condition returns
    /// nothing. It uses a table without triggers, because statement triggers run even for zero rows.
    /// </remarks>
    public WriteBatch ThenLock(string query) => Append(
        $"""
        INSERT INTO row_counts (count) SELECT 0
        WHERE 0 > (SELECT count(*) FROM ({query}) AS locked){WithCaller($" + (SELECT length({SetCaller}))")}
        """);

    /// <summary>Makes PostgreSQL plan again if the batch changes many memberships.</summary>
    /// <remarks>
    /// A connection keeps its plans, those of triggers and foreign keys included. A plan from the time when a table was small reads the
    /// whole table for each id, which is too slow for many ids.
    /// </remarks>
    /// <param name="memberships">The number of memberships, as an SQL expression.</param>
    public WriteBatch ThenDiscardPlans(string memberships) => ThenLock($"SELECT plan_for({memberships})");

    /// <summary>Refuses the batch if the idempotency key is used already or in use. Without a key it does nothing.</summary>
    /// <remarks>Add it first: the row of the first use may be the reason why a later statement would fail.</remarks>
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

    /// <summary>Locks the row of the batch. Refuses the batch if the row has an unexpected version.</summary>
    /// <param name="expectedVersions">The versions that the client accepts, or null for any.</param>
    /// <param name="strength">The locking clause.</param>
    public WriteBatch ThenLockRow(IReadOnlyList<long>? expectedVersions, string strength = "FOR NO KEY UPDATE")
    {
        var query = $"SELECT version FROM {_table} WHERE id = @id {strength}";
        if (expectedVersions is null)
        {
            return ThenLock(query);
        }

        _parameters.Add(new NpgsqlParameter<long[]>("expected_versions", [.. expectedVersions]));
        return ThenLock($"SELECT 1 FROM ({query}) AS own WHERE require_version(own.version, @expected_versions)");
    }

    /// <summary>Refuses the batch if the row has an unexpected version. Null accepts any version and locks nothing.</summary>
    public WriteBatch ThenRequireVersion(IReadOnlyList<long>? expectedVersions) =>
        expectedVersions is null ? this : ThenLockRow(expectedVersions);

    /// <summary>Inserts the row with the given columns. Its times are the time in its id.</summary>
    /// <param name="alias">The alias of the table for RETURNING.</param>
    public WriteBatch ThenInsert(string alias)
    {
        _parameters.Add(new NpgsqlParameter<DateTimeOffset>("time", Uuid.TimeOf(_id)));
        Append($"""
            INSERT INTO {_table} AS {alias} (id, created_at, updated_at, {string.Join(", ", _columns)})
            SELECT @id, @time, @time, {Values}{WithCaller($" WHERE {SetCaller} IS NOT NULL")}
            """);
        EndsWithInsert = true;
        return this;
    }

    /// <summary>Sets the given columns if any of them differs.</summary>
    public WriteBatch ThenUpdate()
    {
        if (_columns.Count > 0)
        {
            var names = string.Join(", ", _columns);
            Append($"""
                UPDATE {_table} SET ({names}) = ROW ({Values}), version = version + 1, updated_at = touched_at(updated_at)
                WHERE id = @id AND ROW ({names}) IS DISTINCT FROM ROW ({Values}){WithCaller($" AND {SetCaller} IS NOT NULL")}
                """);
        }

        return this;
    }

    private WriteBatch Append(string statement)
    {
        _statements.Add(statement);
        EndsWithInsert = false;
        return this;
    }

    // Returns the addition for the first statement, and nothing for the others.
    private string WithCaller(string addition)
    {
        var isFirst = !_hasSetCaller;
        _hasSetCaller = true;
        return isFirst ? addition : "";
    }
}
