using System.Globalization;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>The PostgreSQL server: the one in the environment variable, or a private one in a temporary folder.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    /// <summary>The environment variable with a connection string. Its user must be allowed to create databases.</summary>
    public const string Variable = "BENCHMARK_DATABASE";

    private readonly string _connectionString;
    private readonly PrivatePostgresServer? _privateServer;

    private BenchmarkServer(string connectionString, PrivatePostgresServer? privateServer)
    {
        _connectionString = connectionString;
        _privateServer = privateServer;
    }

    /// <summary>The version and the settings that matter for the safety and speed of writes.</summary>
    public string Description { get; private set; } = "";

    /// <summary>The id of the server's main process, or null if the server runs on another machine.</summary>
    public int? ProcessId { get; private set; }

    public static async Task<BenchmarkServer> StartAsync(CancellationToken cancellationToken)
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        var privateServer = string.IsNullOrEmpty(given)
            ? await PrivatePostgresServer.StartAsync(
                Path.Combine(Path.GetTempPath(), $"workspace-benchmark-{Guid.NewGuid():N}"), cancellationToken: cancellationToken)
            : null;
        var server = new BenchmarkServer(privateServer?.ConnectionString ?? given!, privateServer);
        await server.DescribeAsync(cancellationToken);
        return server;
    }

    /// <summary>Creates an empty database. Drops the one of an earlier run.</summary>
    public async Task<string> CreateDatabaseAsync(int users, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"workspace_benchmark_{users}");
        await DropAsync(name, cancellationToken);
        await QueryAsync(_connectionString, $"CREATE DATABASE {name} TEMPLATE template0", cancellationToken);
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Drops a database if it exists.</summary>
    public Task DropAsync(string name, CancellationToken cancellationToken) =>
        QueryAsync(_connectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", cancellationToken);

    public static async Task<object?> QueryAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        // Without a pool, because idle connections would count against the limit of the server.
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_privateServer is not null)
        {
            await _privateServer.DisposeAsync();
            Directory.Delete(_privateServer.DataDirectory, recursive: true);
        }
    }

    private async Task DescribeAsync(CancellationToken cancellationToken)
    {
        Description = (string)(await QueryAsync(
            _connectionString,
            """
            SELECT format('PostgreSQL %s, fsync %s, synchronous_commit %s, shared_buffers %s',
                split_part(current_setting('server_version'), ' ', 1),
                current_setting('fsync'), current_setting('synchronous_commit'), current_setting('shared_buffers'))
            """,
            cancellationToken))!;

        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        ProcessId = Measuring.ProcessUsage.FindParent(connection.ProcessID, "postgres");
    }
}
