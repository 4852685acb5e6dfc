using System.Diagnostics;
using System.Globalization;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// A durable PostgreSQL of a test class's own, which can be stopped, killed and started, and fall silent. Where its programs are not installed
/// the run's server stands in for it, and is cut off in place of being stopped.
/// </summary>
public sealed class FragilePostgres : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"workspace-faults-{Guid.NewGuid():N}");

    private PrivatePostgresServer? _private;
    private TestDatabase? _shared;
    private TcpGate _gate = null!;

    /// <summary>Leads through the gate, to wherever the server is.</summary>
    public string ConnectionString { get; private set; } = null!;

    private string ServerConnectionString => _private?.ConnectionString ?? _shared!.ConnectionString;

    public async Task InitializeAsync()
    {
        try
        {
            _private = await PrivatePostgresServer.StartAsync(_folder);
        }
        catch (PrivatePostgresException)
        {
            _shared = await TestPostgres.CreateDatabaseAsync();
        }

        var server = new NpgsqlConnectionStringBuilder(ServerConnectionString);
        _gate = LeadTo(server);
        ConnectionString = new NpgsqlConnectionStringBuilder(ServerConnectionString)
        {
            Host = "127.0.0.1",
            Port = _gate.Port,
            MaxPoolSize = 20,
        }.ConnectionString;
    }

    public async Task DisposeAsync()
    {
        await _gate.DisposeAsync();
        if (_shared is not null)
        {
            await _shared.DisposeAsync();
        }

        if (_private is not null)
        {
            await _private.DisposeAsync();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    public async Task StopAsync()
    {
        if (_private is not null)
        {
            await _private.DisposeAsync();
        }

        await _gate.ShutAsync();
    }

    public async Task KillAsync()
    {
        if (_private is not null)
        {
            var processFile = Path.Combine(_folder, "cluster", "postmaster.pid");
            using var server = Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(processFile))[0], CultureInfo.InvariantCulture));
            server.Kill();
        }

        await StopAsync();
    }

    public async Task StartAsync()
    {
        if (_private is not null)
        {
            _private = await PrivatePostgresServer.StartAsync(_folder);
        }

        var server = new NpgsqlConnectionStringBuilder(ServerConnectionString);
        _gate.Open(server.Host!, server.Port);
    }

    /// <summary>From now on the server is there but answers nobody.</summary>
    public void FallSilent() => _gate.Block();

    /// <summary>The server answers again; what it was asked meanwhile too, unless the network has lost that.</summary>
    public void Speak(bool hasLost) => _gate.Unblock(deliver: !hasLost);

    /// <summary>A way past the gate, for the test itself.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ServerConnectionString) { Pooling = false, ApplicationName = "test" }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static TcpGate LeadTo(NpgsqlConnectionStringBuilder server) => new(server.Host!, server.Port);
}
