using Npgsql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A database of its own for a service under test, dropped at the end.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    // Services run side by side, and all their connections together must fit the server.
    private const int MaxConnections = 25;

    private readonly string _server;
    private readonly string _name;

    private TestDatabase(string server, string name)
    {
        _server = server;
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            MaxPoolSize = MaxConnections,
        }.ConnectionString;
    }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync(string server)
    {
        var name = $"workspace_test_{Guid.NewGuid():N}";
        // Nobody can be connected to template0, which would keep it from being copied.
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE template0");
        return new TestDatabase(server, name);
    }

    /// <summary>Arranges what would take too many requests, or reads what no request shows.</summary>
    public Task<object?> ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    public async ValueTask DisposeAsync() => await ExecuteAsync(_server, $"DROP DATABASE {_name} WITH (FORCE)");

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
