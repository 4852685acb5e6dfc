using Npgsql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A transaction of a test that makes imports wait until it is disposed.</summary>
internal sealed class ImportTurn : IAsyncDisposable
{
    // The lock of the import that is running.
    private const long LockKey = 0x436C_6561_6E57_5332;

    private readonly NpgsqlConnection _connection;

    private ImportTurn(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the turn like an import. Jobs stay in the state waiting.</summary>
    public static Task<ImportTurn> TakeAsync(string connectionString) =>
        BeginAsync(connectionString, $"SELECT pg_advisory_xact_lock({LockKey})");

    /// <summary>Locks all users. A job that changes one of them stays in the state running.</summary>
    public static Task<ImportTurn> LockUsersAsync(string connectionString) =>
        BeginAsync(connectionString, "SELECT count(*) FROM (SELECT FROM users FOR UPDATE) AS locked");

    /// <summary>Takes any lock.</summary>
    public static async Task<ImportTurn> BeginAsync(string connectionString, string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection) { CommandTimeout = (int)TimeLimit.OfWait.TotalSeconds };
        await command.ExecuteNonQueryAsync();
        return new ImportTurn(connection);
    }

    public async Task CommitAsync()
    {
        await using var command = new NpgsqlCommand("COMMIT", _connection);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
