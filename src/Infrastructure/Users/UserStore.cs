using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Users;

/// <inheritdoc cref="IUserStore"/>
/// <param name="database">The database.</param>
/// <param name="lookup">The shared lookup by id.</param>
/// <param name="caller">The caller of the writes.</param>
internal sealed class UserStore(NpgsqlDataSource database, SharedLookup<UserResponse> lookup, Caller caller) : IUserStore
{
    private readonly RowQueries<UserResponse> _rows = new(database, UserRows.Instance);
    private readonly RowWrites<UserResponse> _writes = new(database, UserRows.Instance, caller);

    /// <inheritdoc/>
    public Task<UserResponse?> FindAsync(Guid id, Fields<UserResponse>? fields, CancellationToken cancellationToken) =>
        fields is null or { AreAll: true } ? lookup.FindAsync(id, cancellationToken) : _rows.FindAsync(id, fields, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlySet<Guid>> FindExistingAsync(Guid[] ids, CancellationToken cancellationToken) =>
        _rows.FindExistingAsync(ids, cancellationToken);

    /// <inheritdoc/>
    public Task<Page<UserResponse>> ListAsync(ListUsersQuery query, CancellationToken cancellationToken) =>
        _rows.ListAsync(UserList.Of(query), query, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> IsEmailTakenAsync(string foldedEmail, Guid? exceptOf, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT EXISTS (SELECT FROM users AS u WHERE {UserList.EmailKey} = $1 AND u.id <> $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = foldedEmail });
        // No user has the empty id.
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = exceptOf ?? Guid.Empty });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string LockNewGroups = "SELECT 1 FROM user_groups WHERE id = ANY (@user_groups) ORDER BY id FOR NO KEY UPDATE";

    private const string InsertMemberships = "INSERT INTO memberships (user_id, group_id) SELECT @id, g FROM unnest(@user_groups) AS g";

    /// <inheritdoc/>
    public Task<UserResponse> CreateAsync(User user, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(user.Id)
            .ThenRequireUnused(key)
            .With("first_name", user.FirstName)
            .With("last_name", user.LastName)
            .With("email", user.Email)
            .With("folded_email", user.FoldedEmail)
            .With("role", RoleName.Of(user.Role));
        if (user.UserGroups.Length == 0)
        {
            batch.ThenInsert(UserRows.Instance.Alias);
        }
        else
        {
            batch.With("user_groups", user.UserGroups)
                .ThenDiscardPlans("cardinality(@user_groups)")
                .ThenLock(LockNewGroups)
                .ThenInsert(UserRows.Instance.Alias)
                .Then(InsertMemberships);
        }

        return _writes.CreateAsync(batch, key, cancellationToken);
    }

    private const string CountGroups = "(SELECT count(*) FROM memberships WHERE user_id = @id)";

    // The groups to leave (g is null) and the groups to join (m.group_id is null). A full join reads each side once, whatever number of
    // rows PostgreSQL assumed when it made its plan.
    private const string Difference = """
        (SELECT ctid, group_id FROM memberships WHERE user_id = @id) AS m FULL JOIN unnest(@user_groups) AS g ON g = m.group_id
        WHERE g IS NULL OR m.group_id IS NULL
        """;

    // The row of the user is locked after the groups. The advisory lock makes writers of the same user's groups take turns before that.
    private const string LockTurn = "SELECT pg_advisory_xact_lock(hashtextextended(@id::text, 0))";

    private const string LockChangedGroups = $"""
        SELECT 1 FROM user_groups
        WHERE id = ANY (ARRAY(SELECT coalesce(m.group_id, g) FROM {Difference})) ORDER BY id FOR NO KEY UPDATE
        """;

    private const string ChangeMemberships = $"""
        WITH difference AS MATERIALIZED (SELECT m.ctid AS place, g AS group_id FROM {Difference}),
        removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE group_id IS NULL)))
        INSERT INTO memberships (user_id, group_id)
        SELECT u.id, d.group_id FROM users AS u CROSS JOIN difference AS d WHERE u.id = @id AND d.place IS NULL
        ON CONFLICT DO NOTHING
        """;

    /// <inheritdoc/>
    public Task<UserResponse?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(changes.Id)
            .With("first_name", changes.FirstName)
            .With("last_name", changes.LastName)
            .With("email", changes.Email)
            .With("folded_email", changes.FoldedEmail)
            .With("role", changes.Role.Select<string?>(RoleName.Of));
        if (changes.UserGroups.IsGiven)
        {
            batch.With("user_groups", changes.UserGroups.Value!)
                .ThenDiscardPlans($"cardinality(@user_groups) + {CountGroups}")
                .ThenLock(LockTurn)
                .ThenLock(LockChangedGroups)
                .ThenLockRow(changes.ExpectedVersions)
                // A writer of a group may have changed the difference meanwhile.
                .ThenLock($"{LockChangedGroups} NOWAIT")
                .Then(ChangeMemberships);
        }
        else
        {
            batch.ThenRequireVersion(changes.ExpectedVersions);
        }

        return _writes.RunAsync(batch.ThenUpdate(), cancellationToken);
    }

    private const string LockGroups = """
        SELECT 1 FROM user_groups
        WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE
        """;

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(id)
            .ThenDiscardPlans(CountGroups)
            .ThenLock(LockGroups)
            .ThenLockRow(expectedVersions, "FOR UPDATE")
            .ThenLock($"{LockGroups} NOWAIT")
            .Then("DELETE FROM users WHERE id = @id");
        return _writes.ExecuteAsync(batch, cancellationToken);
    }

    // Properties of the user that stay in the audit and in stored answers. All others are values of the person. So a new property is
    // erased unless it is added here.
    private const string KeptProperties = "'{id,role,user_groups,created_at,updated_at,version}'::text[]";

    // A repetition with the same key gets the answer without the values. An answer with groups is one about a user.
    private const string EraseStoredAnswer = $"""
        UPDATE idempotency_records SET answer = (
            SELECT jsonb_object_agg(key, CASE WHEN key = ANY ({KeptProperties}) THEN value ELSE 'null' END) FROM jsonb_each(answer))
        WHERE answer ->> 'id' = @id::text AND answer ? 'user_groups'
        """;

    // An endpoint may have repeated the event in its answer.
    private const string EraseAnswersOfEndpoints = """
        UPDATE webhook_deliveries SET answer = ''
        WHERE resource_id = @id AND type LIKE 'user.%' AND answer <> ''
        """;

    // A change without from and to says that both values were erased. No other change is like this (docs/decisions/0029).
    private const string EraseChanges = $$"""
        UPDATE audit_entries AS a SET changes = (
            SELECT jsonb_object_agg(key, CASE WHEN key = ANY ({{KeptProperties}}) THEN value ELSE '{}' END) FROM jsonb_each(a.changes))
        WHERE a.resource_id = @id AND a.resource = 'users' AND a.changes <> '{}'
        """;

    // The deletion has an entry of its own, so the erasure needs another write id.
    private const string RenewWriteId = "SELECT set_config('workspace.write_id', '', true)";

    private const string InsertErasure = """
        INSERT INTO audit_entries (write_id, position, created_at, resource_id, resource, kind, actor, operation, trace_id)
        SELECT id, position_of(id), written_at(id), @id, 'users', 'erased', this ->> 'actor', this ->> 'operation', this ->> 'trace_id'
        FROM write_id() AS id, current_write() AS this
        WHERE EXISTS (SELECT FROM audit_entries WHERE resource_id = @id AND resource = 'users')
            OR EXISTS (SELECT FROM webhook_deliveries WHERE resource_id = @id AND type LIKE 'user.%')
        """;

    /// <inheritdoc/>
    /// <remarks>
    /// The stored answer is older than the first use of the id, so it is erased before the locks. The rest is erased after the lock of
    /// the user, so that it includes what the last writers have stored.
    /// </remarks>
    public Task<bool> EraseAsync(Guid id, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(id)
            .Then(EraseStoredAnswer)
            .ThenDiscardPlans(CountGroups)
            .ThenLock(LockGroups)
            .ThenLockRow(null, "FOR UPDATE")
            .ThenLock($"{LockGroups} NOWAIT")
            .Then("DELETE FROM users WHERE id = @id")
            .Then(EraseChanges)
            .Then(EraseAnswersOfEndpoints)
            .ThenLock(RenewWriteId)
            .Then(InsertErasure);
        return _writes.ExecuteAsync(batch, cancellationToken);
    }
}
