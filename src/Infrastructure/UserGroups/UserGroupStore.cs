using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.UserGroups;

/// <inheritdoc cref="IUserGroupStore"/>
/// <param name="database">The database.</param>
/// <param name="lookup">The shared lookup by id.</param>
/// <param name="caller">The caller of the writes.</param>
internal sealed class UserGroupStore(NpgsqlDataSource database, SharedLookup<UserGroupResponse> lookup, Caller caller) : IUserGroupStore
{
    private readonly RowQueries<UserGroupResponse> _rows = new(database, UserGroupRows.Instance);
    private readonly RowWrites<UserGroupResponse> _writes = new(database, UserGroupRows.Instance, caller);

    /// <inheritdoc/>
    public Task<UserGroupResponse?> FindAsync(Guid id, Fields<UserGroupResponse>? fields, CancellationToken cancellationToken) =>
        fields is null or { AreAll: true } ? lookup.FindAsync(id, cancellationToken) : _rows.FindAsync(id, fields, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlySet<Guid>> FindExistingAsync(Guid[] ids, CancellationToken cancellationToken) =>
        _rows.FindExistingAsync(ids, cancellationToken);

    /// <inheritdoc/>
    public Task<Page<UserGroupResponse>> ListAsync(ListGroupsQuery query, CancellationToken cancellationToken) =>
        _rows.ListAsync(UserGroupList.Of(query), query, cancellationToken);

    private const string LockNewMembers = "SELECT 1 FROM users WHERE id = ANY (@users) ORDER BY id FOR NO KEY UPDATE";

    private const string InsertMemberships = "INSERT INTO memberships (group_id, user_id) SELECT @id, u FROM unnest(@users) AS u";

    /// <inheritdoc/>
    public Task<UserGroupResponse> CreateAsync(UserGroup group, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(group.Id)
            .ThenRequireUnused(key)
            .With("name", group.Name)
            .With("icon", group.Icon)
            .With("description", group.Description);
        if (group.Users.Length == 0)
        {
            batch.ThenInsert(UserGroupRows.Instance.Alias);
        }
        else
        {
            batch.With("users", group.Users)
                .ThenDiscardPlans("cardinality(@users)")
                .ThenLock(LockNewMembers)
                .ThenInsert(UserGroupRows.Instance.Alias)
                .Then(InsertMemberships);
        }

        return _writes.CreateAsync(batch, key, cancellationToken);
    }

    private const string CountMembers = "(SELECT user_count FROM user_groups WHERE id = @id)";

    // The members to remove (u is null) and the users to add (m.user_id is null). A full join reads each side once, whatever number of
    // rows PostgreSQL assumed when it made its plan.
    private const string Difference = """
        (SELECT ctid, user_id FROM memberships WHERE group_id = @id) AS m FULL JOIN unnest(@users) AS u ON u = m.user_id
        WHERE u IS NULL OR m.user_id IS NULL
        """;

    private const string LockChangedUsers = $"""
        SELECT 1 FROM users WHERE id = ANY (ARRAY(SELECT coalesce(m.user_id, u) FROM {Difference})) ORDER BY id FOR NO KEY UPDATE
        """;

    private const string ChangeMemberships = $"""
        WITH difference AS MATERIALIZED (SELECT m.ctid AS place, u AS user_id FROM {Difference}),
        removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE user_id IS NULL)))
        INSERT INTO memberships (group_id, user_id)
        SELECT g.id, d.user_id FROM user_groups AS g CROSS JOIN difference AS d WHERE g.id = @id AND d.place IS NULL
        ON CONFLICT DO NOTHING
        """;

    /// <inheritdoc/>
    public Task<UserGroupResponse?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(changes.Id)
            .With("name", changes.Name)
            .With("icon", changes.Icon)
            .With("description", changes.Description);
        if (changes.Users.IsGiven)
        {
            batch.With("users", changes.Users.Value!)
                .ThenDiscardPlans($"cardinality(@users) + {CountMembers}")
                .ThenLockRow(changes.ExpectedVersions)
                .ThenLock(LockChangedUsers)
                .Then(ChangeMemberships);
        }
        else
        {
            batch.ThenRequireVersion(changes.ExpectedVersions);
        }

        return _writes.RunAsync(batch.ThenUpdate(), cancellationToken);
    }

    // OFFSET 0 keeps PostgreSQL from turning the subqueries into joins. Each id is then looked up in an index. A join might read all
    // members of a large group for one id.
    private const string LockNamedUsers = """
        SELECT 1 FROM users WHERE id = ANY (ARRAY(
            SELECT u FROM unnest(@add) AS u WHERE NOT EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)
            UNION ALL
            SELECT u FROM unnest(@remove) AS u WHERE EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)))
        ORDER BY id FOR NO KEY UPDATE
        """;

    private const string RemoveMembers = """
        DELETE FROM memberships WHERE ctid = ANY (ARRAY(
            SELECT (SELECT ctid FROM memberships WHERE group_id = @id AND user_id = u) FROM unnest(@remove) AS u))
        RETURNING 1
        """;

    private const string AddMembers = """
        INSERT INTO memberships (group_id, user_id) SELECT g.id, u FROM user_groups AS g CROSS JOIN unnest(@add) AS u WHERE g.id = @id
        ON CONFLICT DO NOTHING RETURNING 1
        """;

    // The triggers of the statement before move the version.
    private const string ReadVersion = "SELECT version FROM user_groups WHERE id = @id";

    // An insert or delete of zero rows would still run the statement triggers.
    private const string NoChange = "SELECT WHERE false";

    /// <inheritdoc/>
    public Task<MembershipCounts?> UpdateMembersAsync(MembershipChanges changes, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(changes.GroupId)
            .With("add", changes.Add)
            .With("remove", changes.Remove)
            .ThenDiscardPlans("cardinality(@add) + cardinality(@remove)")
            .ThenLockRow(changes.ExpectedVersions)
            .ThenLock(LockNamedUsers)
            .Then($"""
                WITH added AS ({(changes.Add.Length > 0 ? AddMembers : NoChange)}),
                removed AS ({(changes.Remove.Length > 0 ? RemoveMembers : NoChange)})
                SELECT (SELECT count(*)::int FROM added) AS added, (SELECT count(*)::int FROM removed) AS removed
                FROM user_groups WHERE id = @id
                """)
            .Then(ReadVersion);
        return _writes.ReadAsync<MembershipCounts>(
            batch,
            (row, counts) => counts is null
                ? new MembershipCounts(row.GetInt32(0), row.GetInt32(1), 0)
                : counts with { Version = row.GetInt64(0) },
            cancellationToken);
    }

    private const string LockMembers = """
        SELECT 1 FROM users
        WHERE id = ANY (ARRAY(SELECT user_id FROM memberships WHERE group_id = @id)) ORDER BY id FOR NO KEY UPDATE
        """;

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken)
    {
        var batch = _writes.Begin(id)
            .ThenDiscardPlans(CountMembers)
            .ThenLockRow(expectedVersions, "FOR UPDATE")
            .ThenLock(LockMembers)
            .Then("DELETE FROM user_groups WHERE id = @id");
        return _writes.ExecuteAsync(batch, cancellationToken);
    }
}
