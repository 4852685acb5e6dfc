using System.Globalization;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>The PostgreSQL server: one that is given, or a private one in a temporary folder, with its ordinary settings.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    /// <summary>The environment variable with the connection string of a server on which databases may be created.</summary>
    public const string Given = "BENCHMARK_DATABASE";

    private readonly string _connectionString;
    private readonly PrivatePostgresServer? _embedded;

    private BenchmarkServer(string connectionString, PrivatePostgresServer? embedded)
    {
        _connectionString = connectionString;
        _embedded = embedded;
    }

    /// <summary>The version, and what the safety and speed of writes hang on.</summary>
    public string Description { get; private set; } = "";

    /// <summary>The server's first process where it runs on this machine; the processor's time is then known.</summary>
    public int? ProcessId { get; private set; }

    public static async Task<BenchmarkServer> StartAsync(CancellationToken cancellationToken)
    {
        var given = Environment.GetEnvironmentVariable(Given);
        var embedded = string.IsNullOrEmpty(given)
            ? await PrivatePostgresServer.StartAsync(
                Path.Combine(Path.GetTempPath(), $"workspace-benchmark-{Guid.NewGuid():N}"), cancellationToken: cancellationToken)
            : null;
        var server = new BenchmarkServer(embedded?.ConnectionString ?? given!, embedded);
        await server.DescribeAsync(cancellationToken);
        return server;
    }

    /// <summary>A new, empty database in place of one that an earlier run has left.</summary>
    public async Task<string> CreateDatabaseAsync(int users, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"workspace_benchmark_{users}");
        await DropAsync(name, cancellationToken);
        await QueryAsync(_connectionString, $"CREATE DATABASE {name} TEMPLATE template0", cancellationToken);
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Drops a database that <see cref="CreateDatabaseAsync"/> made.</summary>
    public Task DropAsync(string name, CancellationToken cancellationToken) =>
        QueryAsync(_connectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", cancellationToken);

    public static async Task<object?> QueryAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        // Without a pool: connections are counted.
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
            Directory.Delete(_embedded.DataDirectory, recursive: true);
        }
    }

    private async Task DescribeAsync(CancellationToken cancellationToken)
    {
        Description = (string)(await QueryAsync(
            _connectionString,
            """
            SELECT format('PostgreSQL %s, fsync %s, synchronous_commit %s, shared_buffers %s', split_part(current_setting('server_version'), ' ', 1),
                current_setting('fsync'), current_setting('synchronous_commit'), current_setting('shared_buffers'))
            """,
            cancellationToken))!;

        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        ProcessId = Measuring.ProcessorTime.FindParent(connection.ProcessID, "postgres");
    }
}
