using Npgsql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A database for one service under test. It is dropped at the end.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    // Several services run at the same time, and the server must have connections for all of them.
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
        // A template cannot be copied while it has a connection. No client can connect to template0.
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE template0");
        return new TestDatabase(server, name);
    }

    /// <summary>Runs SQL on any database. Returns the first value.</summary>
    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)TimeLimit.OfWait.TotalSeconds };
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs SQL for data that no request can write or read. Returns the first value.</summary>
    public Task<object?> ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    /// <summary>Fails unless every maintained count equals a full count.</summary>
    public async Task MustCountRightAsync(string context = "") => Assert.Equal(context, context + await ExecuteAsync(
        """
        WITH counted AS (
            SELECT 'users' AS list, role AS part, count(*) FROM users GROUP BY role
            UNION ALL SELECT 'user_groups', '', count(*) FROM user_groups
            UNION ALL SELECT 'members', group_id::text, count(*) FROM memberships GROUP BY group_id
        ), kept AS (
            SELECT list, part, sum(count) AS count FROM row_counts GROUP BY list, part
            UNION ALL SELECT 'members', id::text, user_count FROM user_groups
        )
        SELECT string_agg(format('%s %s: kept %s, counted %s', list, part, kept.count, counted.count), E'\n')
        FROM counted FULL JOIN kept USING (list, part) WHERE coalesce(counted.count, 0) <> coalesce(kept.count, 0)
        """));

    public async ValueTask DisposeAsync() => await ExecuteAsync(_server, $"DROP DATABASE {_name} WITH (FORCE)");
}
