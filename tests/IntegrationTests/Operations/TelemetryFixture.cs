using System.Globalization;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The service as a program of its own that sends telemetry and serves metrics. Its workspace has data before it starts.</summary>
public sealed class TelemetryFixture : IAsyncLifetime
{
    // So few that requests wait for a connection.
    private const int Connections = 3;

    private const string Networks = "127.0.0.0/8";

    private TestDatabase _database = null!;
    private ServiceProcess _service = null!;

    public HttpClient Client => _service.Client;

    public string ConnectionString => _database.ConnectionString;

    /// <summary>The metrics after the start, while a transaction hides a write from the feed.</summary>
    public string FirstScrape { get; private set; } = "";

    /// <summary>The log of the service.</summary>
    public string LogFile { get; } = Path.Combine(Path.GetTempPath(), $"workspace-telemetry-{Guid.NewGuid():N}.json");

    /// <summary>The port of the metrics.</summary>
    public int Port { get; } = FreePort.Find();

    internal TelemetryCollector Collector { get; private set; } = null!;

    internal WebhookReceiver Receiver { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        Collector = await TelemetryCollector.StartAsync();
        Receiver = await WebhookReceiver.StartAsync();
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false }.ConnectionString);
        await using (var service = await TestService.StartAsync(_database.ConnectionString, ("Webhooks:AllowedNetworks", Networks)))
        {
            await service.CreateWebhookAsync(Receiver.Url);
            // Nothing listens there.
            await service.CreateWebhookAsync("http://127.0.0.1:9/");
            await PostAsync(service, "/user", new { role = "editor" });
            await PostAsync(service, "/user", new { role = "editor" });
            await PostAsync(service, "/auth/group", new { name = "Mathematicians" });
            await Eventually.BeAsync(
                async () => (long)(await ExecuteAsync("SELECT count(*) FROM webhooks WHERE blocked_event_id IS NOT NULL"))! == 1);

            // From now on a transaction that has a number hides newer writes from the feed.
            await connection.OpenAsync();
            await using var begin = new NpgsqlCommand("BEGIN; SELECT pg_current_xact_id()", connection);
            await begin.ExecuteScalarAsync();
            await PostAsync(service, "/user", new { role = "editor" });
        }

        _service = await ServiceProcess.StartAsync(
            new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = Connections }.ConnectionString,
            ("Webhooks__AllowedNetworks", Networks),
            ("Telemetry__PrometheusPort", Port.ToString(CultureInfo.InvariantCulture)),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Collector.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ("OTEL_SERVICE_NAME", "directory-of-the-test"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=place-of-the-test"),
            ("Serilog__Using__0", "Serilog.Sinks.File"),
            ("Serilog__WriteTo__0__Name", "File"),
            ("Serilog__WriteTo__0__Args__path", LogFile),
            ("Serilog__WriteTo__0__Args__formatter", "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact"));
        await Eventually.BeAsync(
            async () => (FirstScrape = await ScrapeAsync()).Contains("cleanworkspace_users{", StringComparison.Ordinal));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await Receiver.DisposeAsync();
        await Collector.DisposeAsync();
        await _database.DisposeAsync();
        File.Delete(LogFile);
    }

    /// <summary>Runs SQL. Returns the first value.</summary>
    public Task<object?> ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    /// <summary>Returns the metrics as Prometheus reads them.</summary>
    public async Task<string> ScrapeAsync()
    {
        using var prometheus = new HttpClient { Timeout = TimeLimit.OfWait };
        return await prometheus.GetStringAsync(new Uri($"http://localhost:{Port}/metrics"));
    }

    private static async Task PostAsync(TestService service, string path, object body)
    {
        using var answer = await service.Client.PostAsync(new Uri(path, UriKind.Relative), ServiceFixture.ToContent(body));
        answer.EnsureSuccessStatusCode();
    }
}
