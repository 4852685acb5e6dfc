using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.ApiKeys;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// The workspace in PostgreSQL. EF Core owns the model and the migrations, and looks up what requests refer to; a write is one
/// <see cref="WriteBatch"/> (docs/decisions/0003).
/// </summary>
/// <remarks>
/// Locks are taken on groups before users, each ascending by id, and on the rows of <c>row_counts</c> last, so that writers wait
/// for each other in a line. What is only found out later is locked without waiting, which could close a circle: the batch begins
/// again instead. Triggers lock a counter with the insert or the delete of a user or a group and with a change of a role: whatever
/// such a statement's batch needs of others is locked before it, what its cascades touch included. A row that the batch has
/// inserted is no lock that anybody could wait for.
/// </remarks>
internal sealed class WorkspaceDbContext(DbContextOptions<WorkspaceDbContext> options) : DbContext(options), IWorkspaceDbContext
{
    // What is to change, of either side: a group that the user is in and is not to be in is on the left alone, one to join on the
    // right. No other join reads each side once, whatever PostgreSQL took their lengths to be when it made its plan.
    private const string GroupDifference = """
        (SELECT ctid, group_id FROM memberships WHERE user_id = @id) AS m FULL JOIN unnest(@user_groups) AS g ON g = m.group_id
        WHERE g IS NULL OR m.group_id IS NULL
        """;

    private const string UserDifference = """
        (SELECT ctid, user_id FROM memberships WHERE group_id = @id) AS m FULL JOIN unnest(@users) AS u ON u = m.user_id
        WHERE u IS NULL OR m.user_id IS NULL
        """;

    private const string CountOfUsers = "(SELECT user_count FROM user_groups WHERE id = @id)";

    private const string CountOfGroups = "(SELECT count(*) FROM memberships WHERE user_id = @id)";

    private const string GroupsToChange = $"""
        SELECT 1 FROM user_groups WHERE id = ANY (ARRAY(SELECT coalesce(m.group_id, g) FROM {GroupDifference})) ORDER BY id FOR NO KEY UPDATE
        """;

    private const string GroupsOfUser = """
        SELECT 1 FROM user_groups WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE
        """;

    private const string UsersOfGroup = """
        SELECT 1 FROM users WHERE id = ANY (ARRAY(SELECT user_id FROM memberships WHERE group_id = @id)) ORDER BY id FOR NO KEY UPDATE
        """;

    private const string UsersToChange = $"""
        SELECT 1 FROM users WHERE id = ANY (ARRAY(SELECT coalesce(m.user_id, u) FROM {UserDifference})) ORDER BY id FOR NO KEY UPDATE
        """;

    private const string ChangeGroups = $"""
        WITH difference AS MATERIALIZED (SELECT m.ctid AS place, g AS group_id FROM {GroupDifference}),
        removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE group_id IS NULL)))
        INSERT INTO memberships (user_id, group_id)
        SELECT u.id, d.group_id FROM users AS u CROSS JOIN difference AS d WHERE u.id = @id AND d.place IS NULL
        ON CONFLICT DO NOTHING
        """;

    private const string ChangeUsers = $"""
        WITH difference AS MATERIALIZED (SELECT m.ctid AS place, u AS user_id FROM {UserDifference}),
        removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE user_id IS NULL)))
        INSERT INTO memberships (group_id, user_id)
        SELECT g.id, d.user_id FROM user_groups AS g CROSS JOIN difference AS d WHERE g.id = @id AND d.place IS NULL
        ON CONFLICT DO NOTHING
        """;

    // Subqueries that PostgreSQL cannot turn into joins, so that each id is looked up in an index. As a join, or as a condition on a list,
    // the same might read all members of a large group for the sake of one.
    private const string UsersToAddOrRemove = """
        SELECT 1 FROM users WHERE id = ANY (ARRAY(
            SELECT u FROM unnest(@add) AS u WHERE NOT EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)
            UNION ALL
            SELECT u FROM unnest(@remove) AS u WHERE EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)))
        ORDER BY id FOR NO KEY UPDATE
        """;

    private const string RemovedUsers = """
        DELETE FROM memberships WHERE ctid = ANY (ARRAY(
            SELECT (SELECT ctid FROM memberships WHERE group_id = @id AND user_id = u) FROM unnest(@remove) AS u))
        RETURNING 1
        """;

    private const string AddedUsers = """
        INSERT INTO memberships (group_id, user_id) SELECT g.id, u FROM user_groups AS g CROSS JOIN unnest(@add) AS u WHERE g.id = @id
        ON CONFLICT DO NOTHING RETURNING 1
        """;

    // Not even an insert or a delete of no rows, whose triggers would be called all the same.
    private const string NoUsers = "SELECT WHERE false";

    /// <summary>On whose behalf this context writes; set each time that it leaves its pool.</summary>
    public Caller Caller { get; set; } = Caller.Service;

    /// <inheritdoc/>
    public DbSet<User> Users => Set<User>();

    /// <inheritdoc/>
    public DbSet<UserGroup> UserGroups => Set<UserGroup>();

    /// <inheritdoc/>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <inheritdoc/>
    public Task<User> CreateAsync(User user, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserConfiguration.Row, user.Id, Caller)
            .ThenRequireUnused(key)
            .With("first_name", user.FirstName)
            .With("last_name", user.LastName)
            .With("email", user.Email)
            .With("folded_email", user.FoldedEmail)
            .With("role", RoleName.Of(user.Role));
        if (user.UserGroups.Length > 0)
        {
            write.With("user_groups", user.UserGroups)
                .ThenPlanFor("cardinality(@user_groups)")
                .ThenLock("SELECT 1 FROM user_groups WHERE id = ANY (@user_groups) ORDER BY id FOR NO KEY UPDATE")
                .ThenInsert()
                .Then("INSERT INTO memberships (user_id, group_id) SELECT @id, g FROM unnest(@user_groups) AS g");
        }
        else
        {
            write.ThenInsert();
        }

        return CreateAsync(Users, write, key, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UserGroup> CreateAsync(UserGroup group, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserGroupConfiguration.Row, group.Id, Caller)
            .ThenRequireUnused(key)
            .With("name", group.Name)
            .With("icon", group.Icon)
            .With("description", group.Description);
        if (group.Users.Length > 0)
        {
            write.With("users", group.Users)
                .ThenPlanFor("cardinality(@users)")
                .ThenLock("SELECT 1 FROM users WHERE id = ANY (@users) ORDER BY id FOR NO KEY UPDATE")
                .ThenInsert()
                .Then("INSERT INTO memberships (group_id, user_id) SELECT @id, u FROM unnest(@users) AS u");
        }
        else
        {
            write.ThenInsert();
        }

        return CreateAsync(UserGroups, write, key, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiKey> CreateAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(ApiKeyConfiguration.Row, key.Id, Caller)
            .With("name", key.Name)
            .With("role", RoleName.Of(key.Role))
            .With("expires_at", key.ExpiresAt)
            .With("token_hash", key.TokenHash)
            .ThenInsert();
        return CreateAsync(ApiKeys, write, null, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<User?> UpdateAsync(UserChanges changes, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserConfiguration.Row, changes.Id, Caller)
            .With("first_name", changes.FirstName)
            .With("last_name", changes.LastName)
            .With("role", changes.Role.Select<string?>(RoleName.Of));
        if (changes.UserGroups.IsGiven)
        {
            write.With("user_groups", changes.UserGroups.Value!)
                .ThenPlanFor($"cardinality(@user_groups) + {CountOfGroups}")
                // Writers of one user's groups take turns before they look which groups to lock: the user's row, which would
                // do for that, comes after the groups.
                .ThenLock("SELECT pg_advisory_xact_lock(hashtextextended(@id::text, 0))")
                .ThenLock(GroupsToChange)
                .ThenLockRow(changes.ExpectedVersions)
                // A writer of a group may have changed the user's groups meanwhile.
                .ThenLock($"{GroupsToChange} NOWAIT")
                .Then(ChangeGroups);
        }
        else
        {
            write.ThenExpect(changes.ExpectedVersions);
        }

        return ExecuteAsync(Users, write.ThenUpdate(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UserGroup?> UpdateAsync(UserGroupChanges changes, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserGroupConfiguration.Row, changes.Id, Caller)
            .With("name", changes.Name)
            .With("icon", changes.Icon)
            .With("description", changes.Description);
        if (changes.Users.IsGiven)
        {
            write.With("users", changes.Users.Value!)
                .ThenPlanFor($"cardinality(@users) + {CountOfUsers}")
                .ThenLockRow(changes.ExpectedVersions)
                .ThenLock(UsersToChange)
                .Then(ChangeUsers);
        }
        else
        {
            write.ThenExpect(changes.ExpectedVersions);
        }

        return ExecuteAsync(UserGroups, write.ThenUpdate(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<MembershipCounts?> UpdateAsync(MembershipChanges changes, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserGroupConfiguration.Row, changes.GroupId, Caller)
            .With("add", changes.Add)
            .With("remove", changes.Remove)
            .ThenPlanFor("cardinality(@add) + cardinality(@remove)")
            .ThenLockRow(changes.ExpectedVersions)
            .ThenLock(UsersToAddOrRemove)
            .Then($"""
                WITH added AS ({(changes.Add.Length > 0 ? AddedUsers : NoUsers)}), removed AS ({(changes.Remove.Length > 0 ? RemovedUsers : NoUsers)})
                SELECT (SELECT count(*)::int FROM added) AS added, (SELECT count(*)::int FROM removed) AS removed FROM user_groups WHERE id = @id
                """);
        return WriteRules.RunAsync(async () =>
        {
            var counts = await Database.SqlQueryRaw<MembershipCounts>(write.Sql, write.Parameters).ToListAsync(cancellationToken);
            return counts.SingleOrDefault();
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiKey?> UpdateAsync(ApiKeyChanges changes, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(ApiKeyConfiguration.Row, changes.Id, Caller)
            .With("name", changes.Name)
            .With("role", changes.Role.Select<string?>(RoleName.Of))
            .With("expires_at", changes.ExpiresAt)
            .ThenExpect(changes.ExpectedVersions);
        return ExecuteAsync(ApiKeys, write.ThenUpdate(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteUserAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserConfiguration.Row, id, Caller)
            .ThenPlanFor(CountOfGroups)
            .ThenLock(GroupsOfUser)
            .ThenLockRow(expectedVersions, "FOR UPDATE")
            .ThenLock($"{GroupsOfUser} NOWAIT")
            .Then("DELETE FROM users WHERE id = @id");
        return ExecuteAsync(write, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteUserGroupAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(UserGroupConfiguration.Row, id, Caller)
            .ThenPlanFor(CountOfUsers)
            .ThenLockRow(expectedVersions, "FOR UPDATE")
            .ThenLock(UsersOfGroup)
            .Then("DELETE FROM user_groups WHERE id = @id");
        return ExecuteAsync(write, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteApiKeyAsync(Guid id, IReadOnlyList<long>? expectedVersions, CancellationToken cancellationToken)
    {
        var write = new WriteBatch(ApiKeyConfiguration.Row, id, Caller)
            .ThenLockRow(expectedVersions, "FOR UPDATE")
            .Then("DELETE FROM api_keys WHERE id = @id");
        return ExecuteAsync(write, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> IsTakenAsync(string foldedEmail, CancellationToken cancellationToken)
    {
        // By the key that is indexed, which EF Core knows nothing of.
        var users = await Database.SqlQueryRaw<int>($"SELECT 1 FROM users AS u WHERE {UserConfiguration.EmailKey} = {{0}}", foldedEmail)
            .ToListAsync(cancellationToken);
        return users.Count > 0;
    }

    /// <inheritdoc/>
    public Task RecordUsesAsync(IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        var (ids, times) = (uses.Select(use => use.Key).ToArray(), uses.Select(use => use.Value).ToArray());
        // The version moves because the resource shows the time. Locked in one order, as other instances write the same rows.
        return Database.ExecuteSqlAsync(
            $"""
            UPDATE api_keys AS k SET last_used_at = used.at, version = k.version + 1
            FROM (
                SELECT locked.id, u.at
                FROM unnest({ids}, {times}) AS u (id, at)
                JOIN (SELECT id, last_used_at FROM api_keys WHERE id = ANY ({ids}) ORDER BY id FOR NO KEY UPDATE) AS locked ON locked.id = u.id
                WHERE locked.last_used_at IS NULL OR locked.last_used_at < u.at
            ) AS used
            WHERE k.id = used.id
            """,
            cancellationToken);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(WorkspaceDbContext).Assembly);

    // Under a key that was used, PostgreSQL refuses the batch at once, and the row is read as it was at the end of the first.
    private async Task<TEntity> CreateAsync<TEntity>(
        DbSet<TEntity> rows, WriteBatch write, IdempotencyKey? key, CancellationToken cancellationToken)
        where TEntity : Entity
    {
        if (key is not null)
        {
            write.ThenRecord();
        }

        try
        {
            return (await ExecuteAsync(rows, write, cancellationToken))!;
        }
        catch (PostgresException refusal) when (refusal.SqlState == WriteRules.AlreadyWritten)
        {
            // A record that is not there any more has expired in between.
            return await ReadFirstAsync(rows, key!, cancellationToken) ?? throw Failure.Contention(refusal);
        }
    }

    private async Task<TEntity?> ReadFirstAsync<TEntity>(DbSet<TEntity> rows, IdempotencyKey key, CancellationToken cancellationToken)
        where TEntity : Entity
    {
        var stored = await rows
            .FromSqlRaw(IdempotencyRecord.AnswerAs(rows.EntityType), Caller.Actor, key.Value, key.Fingerprint)
            .ToListAsync(cancellationToken);
        return stored.SingleOrDefault();
    }

    private Task<bool> ExecuteAsync(WriteBatch write, CancellationToken cancellationToken) =>
        WriteRules.RunAsync(
            async () => 0 < await Database.ExecuteSqlRawAsync(write.Sql, write.Parameters, cancellationToken), cancellationToken);

    private async Task<TEntity?> ExecuteAsync<TEntity>(DbSet<TEntity> rows, WriteBatch write, CancellationToken cancellationToken)
        where TEntity : Entity
    {
        await using var command = new NpgsqlCommand(write.SqlWithRow);
        command.Parameters.AddRange(write.Parameters);
        return await WriteRules.RunAsync(() => ExecuteAsync<TEntity>(command, rows.EntityType, cancellationToken), cancellationToken);
    }

    private async Task<TEntity?> ExecuteAsync<TEntity>(NpgsqlCommand command, IEntityType type, CancellationToken cancellationToken)
        where TEntity : Entity
    {
        await Database.OpenConnectionAsync(cancellationToken);
        try
        {
            command.Connection = (NpgsqlConnection)Database.GetDbConnection();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            TEntity? stored = null;
            // To the end, because the row comes before its triggers have run.
            while (await reader.ReadAsync(cancellationToken))
            {
                stored = reader.Read<TEntity>(type);
            }

            return stored;
        }
        finally
        {
            await Database.CloseConnectionAsync();
        }
    }
}
