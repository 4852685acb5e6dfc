using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Migrates the schema of the database to the version of this program.</summary>
/// <remarks>Pending migrations are found without EF Core, because building its model takes longer than the rest of a start.</remarks>
public sealed class DatabaseMigrator(NpgsqlDataSource dataSource, IServiceProvider services)
{
    // An arbitrary number for the advisory lock. No other program may use it in this database.
    private const long LockKey = 0x436C_6561_6E57_5331;

    /// <summary>The names of the migrations of this program, oldest first.</summary>
    internal static IReadOnlyList<string> Migrations { get; } =
    [
        .. typeof(DatabaseMigrator).Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Returns the names of the migrations that the database lacks, oldest first.</summary>
    /// <exception cref="SchemaException">The database belongs to a version before the first release.</exception>
    public async Task<IReadOnlyList<string>> FindPendingAsync(CancellationToken cancellationToken)
    {
        var applied = await FindAppliedAsync(cancellationToken);
        if (applied.Length > 0 && !applied.Contains(Migrations[0]))
        {
            throw new SchemaException(
                "This database was created by a version before the first release. Nothing was changed. "
                + "Export it with that version, start this version on an empty database, and import the file there.");
        }

        return [.. Migrations.Except(applied)];
    }

    /// <summary>Applies the pending migrations and returns their names.</summary>
    /// <remarks>
    /// Instances that start at the same time take turns by an advisory lock. The lock belongs to a transaction, so it ends with the
    /// instance that holds it.
    /// </remarks>
    /// <exception cref="SchemaException">
    /// The database belongs to a version before the first release, or its user may not create the schema.
    /// </exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        if (await FindPendingAsync(cancellationToken) is [])
        {
            return [];
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection, transaction)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } },
            CommandTimeout = 0,
        };
        await turn.ExecuteNonQueryAsync(cancellationToken);

        var pending = await FindPendingAsync(cancellationToken);
        if (pending.Count > 0)
        {
            await using var scope = services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<WorkspaceDbContext>();
            // A migration of a large database may take long.
            db.Database.SetCommandTimeout(0);
            try
            {
                await db.Database.MigrateAsync(cancellationToken);
            }
            catch (Exception exception) when (DatabaseFault.Find(exception)?.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                if (await FindMissingGrantsAsync(cancellationToken) is { Length: > 0 } grants)
                {
                    throw new SchemaException(
                        "The database user may not create the schema. Nothing was changed. Let the owner of the database run this, then "
                        + $"start again: {grants}");
                }

                throw;
            }
        }

        return pending;
    }

    // The extensions need a right on the database, the tables need rights on the schema.
    private async Task<string?> FindMissingGrantsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT concat_ws(' ',
                CASE WHEN NOT has_database_privilege(current_database(), 'CREATE')
                    THEN format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) END,
                CASE WHEN NOT has_schema_privilege('public', 'USAGE') OR NOT has_schema_privilege('public', 'CREATE')
                    THEN format('GRANT USAGE, CREATE ON SCHEMA public TO %I;', current_user) END)
            """);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private async Task<string[]> FindAppliedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT array_agg(migration_id::text) FROM \"__EFMigrationsHistory\"");
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [];
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return [];
        }
    }
}

/// <summary>The schema cannot be created or migrated for a reason that the operator can fix. Nothing was changed.</summary>
/// <param name="message">The reason and the fix.</param>
public sealed class SchemaException(string message) : Exception(message);
