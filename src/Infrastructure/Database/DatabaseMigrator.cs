using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Brings the database's schema to the version that this program was built for.</summary>
/// <remarks>What is lacking is found without EF Core, which takes longer to build its model than the rest of a start.</remarks>
public sealed class DatabaseMigrator(NpgsqlDataSource dataSource, IServiceProvider services)
{
    // Any number that no other program on the same database uses for its advisory locks.
    private const long LockKey = 0x436C_6561_6E57_5331;

    /// <summary>The names of the migrations that the program has, oldest first.</summary>
    internal static IReadOnlyList<string> Migrations { get; } =
    [
        .. typeof(DatabaseMigrator).Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The names of the migrations that the database lacks, oldest first.</summary>
    public async Task<IReadOnlyList<string>> FindPendingAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT array_agg(migration_id::text) FROM \"__EFMigrationsHistory\"");
        try
        {
            return [.. Migrations.Except(await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [])];
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return Migrations;
        }
    }

    /// <summary>Applies the migrations that the database lacks and answers their names.</summary>
    /// <remarks>
    /// Instances that start together take turns by an advisory lock; those that come later find nothing to do. The lock
    /// belongs to a transaction, so it goes with the instance that holds it, however that ends.
    /// </remarks>
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
            await using var db = services.GetRequiredService<IDbContextFactory<WorkspaceDbContext>>().CreateDbContext();
            // A migration of a large database takes as long as it takes.
            db.Database.SetCommandTimeout(0);
            await db.Database.MigrateAsync(cancellationToken);
        }

        return pending;
    }
}
