using System.Diagnostics;
using System.Globalization;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// A durable PostgreSQL for one test class. It can be stopped, killed, started, and made to fall silent. If the programs of
/// PostgreSQL are not installed, the class uses the run's server. Then a stop cuts the connection to it.
/// </summary>
public sealed class FragilePostgres : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"workspace-faults-{Guid.NewGuid():N}");

    private KillGuard? _guard;
    private PrivatePostgresServer? _private;
    private TestDatabase? _shared;
    private TcpGate _gate = null!;

    /// <summary>Leads through the gate to the server.</summary>
    public string ConnectionString { get; private set; } = null!;

    private string ServerConnectionString => _private?.ConnectionString ?? _shared!.ConnectionString;

    public async Task InitializeAsync()
    {
        _guard = KillGuard.OfServer(_folder);
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

        _guard?.Dispose();
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
            var id = (await File.ReadAllLinesAsync(processFile))[0];
            using var server = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
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

    /// <summary>From now on the server keeps its connections but does not answer.</summary>
    public void FallSilent() => _gate.Block();

    /// <summary>The server answers again.</summary>
    /// <param name="hasLost">True if the network has lost all requests that came during the silence.</param>
    public void Speak(bool hasLost) => _gate.Unblock(deliver: !hasLost);

    /// <summary>Connects the test itself, past the gate.</summary>
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
