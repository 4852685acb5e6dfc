using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Traces and metrics, and what they must not contain or disturb.</summary>
public sealed partial class TelemetryTests(TelemetryFixture telemetry) : IClassFixture<TelemetryFixture>
{
    private static readonly string[] FlagsOfCallers = ["01", "00"];

    [Fact]
    public async Task Every_metric_of_the_dashboard_and_of_the_alerts_exists()
    {
        var folder = Path.Combine(
            Path.GetDirectoryName(typeof(TelemetryTests).Assembly.GetCustomAttributes(false)
                .OfType<System.Reflection.AssemblyMetadataAttribute>().Single(item => item.Key == "ApiDescription").Value)!,
            "../deploy/observability");
        var dashboard = await File.ReadAllTextAsync(Path.Combine(folder, "grafana-dashboard.json"));
        var alerts = await File.ReadAllTextAsync(Path.Combine(folder, "alerts.yml"));
        var expressions = JsonNode.Parse(dashboard)!["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
            .Select(target => (string)target!["expr"]!)
            .ToList();
        var rules = alerts.Split("- alert:")[1..];

        Assert.NotEmpty(expressions);
        Assert.All(expressions, expression => Assert.Matches(Metric(), expression));
        Assert.All(rules, rule => Assert.Matches(Metric(), rule.Split("expr:")[1].Split("for:")[0]));
        Assert.All(rules, rule => Assert.Contains("description:", rule, StringComparison.Ordinal));

        using var refused = new HttpRequestMessage(HttpMethod.Get, "/user");
        refused.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "no key");
        using var refusal = await telemetry.Client.SendAsync(refused);
        var named = Metric().Matches(dashboard + alerts).Select(match => match.Value).ToHashSet();
        await Eventually.BeAsync(
            async () =>
            {
                // So many requests at once that some wait for a connection.
                var answers = await Task.WhenAll(
                    Enumerable.Range(0, 50).Select(_ => telemetry.Client.GetAsync(new Uri("/user?q=a", UriKind.Relative))));
                Array.ForEach(answers, answer => answer.Dispose());
                var known = Names().Matches(await telemetry.ScrapeAsync()).Select(match => match.Value).ToHashSet();
                return named.IsSubsetOf(known);
            },
            TimeLimit.OfWait,
            string.Join(", ", named));
    }

    [Theory]
    [InlineData("""cleanworkspace_users\{[^}]*role="editor"\} 3\b""")]
    [InlineData("""cleanworkspace_users\{[^}]*role="guest"\} 0\b""")]
    [InlineData("""cleanworkspace_groups\{[^}]*\} 1\b""")]
    [InlineData("""cleanworkspace_webhooks_blocked\{[^}]*\} 1\b""")]
    [InlineData("""cleanworkspace_webhooks_backlog\{[^}]*\} [1-9]""")]
    [InlineData("""cleanworkspace_webhooks_lag_seconds\{[^}]*\} (0\.)?[0-9]*[1-9]""")]
    [InlineData("""cleanworkspace_events_lag_seconds\{[^}]*\} (0\.)?[0-9]*[1-9]""")]
    [InlineData("""cleanworkspace_database_oldest_transaction_seconds\{[^}]*\} (0\.)?[0-9]*[1-9]""")]
    [InlineData("""cleanworkspace_database_up\{[^}]*\} 1\b""")]
    [InlineData("""cleanworkspace_task_last_success_seconds\{[^}]*task="event_feed"\} 1[0-9]{9}""")]
    [InlineData("""cleanworkspace_task_last_success_seconds\{[^}]*task="audit_expiry"\} 1[0-9]{9}""")]
    [InlineData("""db_client_connection_max\{[^}]*db_client_connection_pool_name="workspace"\} 3\b""")]
    public void A_scrape_has_the_numbers_of_the_workspace(string line) =>
        Assert.Matches(new Regex(line, RegexOptions.Multiline), telemetry.FirstScrape);

    [Fact]
    public void A_scrape_has_the_last_success_of_every_background_task()
    {
        var tasks = new[] { typeof(Upkeep).Assembly, typeof(Program).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(BackgroundService)) && !type.IsAbstract)
            // cleanworkspace_database_up is its metric.
            .Where(type => type != typeof(DatabaseLiveness))
            .Select(type => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name));

        Assert.Equal(tasks.Order(), TaskLabel().Matches(telemetry.FirstScrape).Select(label => label.Groups[1].Value).Order());
    }

    [Fact]
    public async Task A_span_has_the_route_the_statement_and_the_trace_of_the_caller()
    {
        var (trace, parent) = (ActivityTraceId.CreateRandom().ToString(), ActivitySpanId.CreateRandom().ToString());
        using var answer = await SendAsync(telemetry.Client, HttpMethod.Get, $"/user/{Bodies.UnknownId}", $"00-{trace}-{parent}-01");

        await telemetry.Collector.WaitForRequestAsync(parent);

        string[] texts =
            ["GET user/{id:uuid}", "http.response.status_code", "db.query.text", "directory-of-the-test", "place-of-the-test"];
        Assert.All(texts, text => Assert.True(telemetry.Collector.Has(text), text));
        Assert.True(telemetry.Collector.Has(Convert.FromHexString(trace)));
        // A statement of a background task, and a metric.
        Assert.False(telemetry.Collector.Has("gin_clean_pending_list"));
        await Eventually.BeAsync(() => Task.FromResult(telemetry.Collector.Has("cleanworkspace.database.up")), TimeLimit.OfWait);
    }

    [Fact]
    public async Task No_text_of_a_client_is_in_a_span_or_in_a_metric()
    {
        var client = telemetry.Client;
        var group = $"{Guid.NewGuid()}";
        using var person = ServiceFixture.ToContent(new { first_name = "Secretfirst", email = "secret.address@example.org" });
        foreach (var (method, path) in new[]
        {
            ("GET", "/user/secret.address@example.org?secretname=secretvalue"),
            ("GET", "/secretpath"),
            ("GET", "/user?email=secret.address@example.org&q=secretsearch"),
            ("SECRETMETHOD", "/user"),
            ("GET", $"/auth/group/{group}/users"),
        })
        {
            using var answer = await SendAsync(client, new HttpMethod(method), path);
        }

        // The second one is refused by the database.
        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.PostAsync(new Uri("/user", UriKind.Relative), person);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/user");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secretcredential");
        request.Headers.Host = "secrethost.example";
        request.Headers.Add("User-Agent", "secretagent");
        request.Headers.Add("baggage", "secret=secretbaggage");
        var parent = ActivitySpanId.CreateRandom().ToString();
        request.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{parent}-01");
        using var last = await client.SendAsync(request);
        await telemetry.Collector.WaitForRequestAsync(parent);

        var metrics = await telemetry.ScrapeAsync();
        Assert.Contains("_OTHER", metrics, StringComparison.Ordinal);
        // The name of a pool is by default its connection string.
        Assert.DoesNotContain("Database=", metrics, StringComparison.Ordinal);
        foreach (var secret in new[]
        {
            "secret.address", "secretname", "secretvalue", "secretpath", "secretsearch", "SECRETMETHOD", "Secretfirst", "secretcredential",
            "secrethost", "secretagent", "secretbaggage", group, "exception.message",
        })
        {
            Assert.DoesNotContain(secret, metrics, StringComparison.OrdinalIgnoreCase);
            Assert.False(telemetry.Collector.Has(secret), secret);
        }
    }

    [Fact]
    public Task Log_audit_problem_and_webhook_have_the_trace_of_the_caller() =>
        MustKeepTraceAsync(telemetry.Client, telemetry.Receiver, telemetry.LogFile, telemetry.ExecuteAsync);

    [Fact]
    public async Task Log_audit_problem_and_webhook_have_the_trace_of_the_caller_without_telemetry()
    {
        var log = Path.Combine(Path.GetTempPath(), $"workspace-telemetry-{Guid.NewGuid():N}.json");
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using (var service = await TestService.StartAsync(
            database.ConnectionString, [("Webhooks:AllowedNetworks", "127.0.0.0/8"), .. LogTo(log, "Information")]))
        {
            await service.CreateWebhookAsync(receiver.Url);
            await MustKeepTraceAsync(service.Client, receiver, log, database.ExecuteAsync);
        }

        File.Delete(log);
    }

    [Fact]
    public async Task Without_a_destination_nothing_is_registered()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(database.ConnectionString);

        Assert.Null(service.Services.GetService<TracerProvider>());
        Assert.Null(service.Services.GetService<MeterProvider>());
        Assert.DoesNotContain(
            service.Services.GetServices<IHostedService>(),
            hosted => hosted.GetType().Namespace!.EndsWith(".Telemetry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_port_of_the_metrics_serves_metrics_only_and_the_API_serves_none()
    {
        var before = await CountRequestLinesAsync();
        using var stranger = new HttpClient();
        foreach (var path in new[] { "/", "/user", "/api/v1/user", "/healthz/live", "/docs", "/swagger" })
        {
            using var answer = await stranger.GetAsync(new Uri($"http://localhost:{telemetry.Port}{path}"));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        await telemetry.ScrapeAsync();
        Assert.Equal(before, await CountRequestLinesAsync());

        using var api = await telemetry.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, api.StatusCode);

        async Task<int> CountRequestLinesAsync() => (await File.ReadAllTextAsync(telemetry.LogFile)).Split("\"Route\"").Length;
    }

    [Fact]
    public async Task No_rule_of_the_API_concerns_the_port_of_the_metrics()
    {
        var port = FreePort.Find();
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(
            database.ConnectionString,
            ("Telemetry:PrometheusPort", $"{port}"),
            ("https_port", "8443"),
            ("AllowedHosts", "api.example.org"),
            ("Authentication:Required", "true"),
            ("RateLimits:FailuresPerMinute", "1"),
            ("RateLimits:RequestsPerSecond", "1"));

        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/metrics");
            request.Headers.Host = "metrics.example.org";
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "no key");
            using var answer = await service.Stranger.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("cleanworkspace_database_up", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_taken_port_is_one_sentence()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var run = await ProgramRun.OfAsync(
            [],
            ("ConnectionStrings__Workspace", database.ConnectionString),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            ("Telemetry__PrometheusPort", $"{port}"));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            $"The port {port} of Telemetry__PrometheusPort is in use by another program. Stop that program, or choose another port.",
            run.Error.Trim());
    }

    [Fact]
    public async Task A_collector_that_hangs_delays_neither_requests_nor_the_end_of_the_service()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        // The system accepts connections, and nobody answers.
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var service = await ServiceProcess.StartAsync(
            database.ConnectionString,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "600000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"));
        // From now on exports hang.
        await Eventually.BeAsync(() => Task.FromResult(collector.Pending()));

        for (var i = 0; i < 20; i++)
        {
            using var answer = await service.Client.GetAsync(new Uri("/user", UriKind.Relative)).WaitAsync(TimeLimit.OfChange);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await service.TerminateAsync();
        Assert.Equal(0, await service.WaitForExitAsync());
    }

    [Fact]
    public async Task A_collector_that_is_away_is_one_warning()
    {
        var log = Path.Combine(Path.GetTempPath(), $"workspace-telemetry-{Guid.NewGuid():N}.json");
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using (await TestService.StartAsync(
            database.ConnectionString,
            [
                ("OTEL_METRICS_EXPORTER", "otlp"),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_METRIC_EXPORT_INTERVAL", "20"),
                .. LogTo(log, "Warning"),
            ]))
        {
            await Eventually.BeAsync(
                () => Task.FromResult(File.Exists(log) && File.ReadAllText(log).Contains("Telemetry cannot", StringComparison.Ordinal)),
                TimeLimit.OfWait);
        }

        var line = JsonNode.Parse(Assert.Single(
            await File.ReadAllLinesAsync(log),
            text => text.Contains("Telemetry cannot be sent to the collector", StringComparison.Ordinal)))!;
        Assert.Contains("refused", (string)line["Reason"]!, StringComparison.OrdinalIgnoreCase);
        Assert.Null(line["@x"]);
        File.Delete(log);
    }

    private static (string, string)[] LogTo(string file, string level) =>
    [
        ("Serilog:MinimumLevel:Default", level),
        ("Serilog:Using:0", "Serilog.Sinks.File"),
        ("Serilog:WriteTo:0:Name", "File"),
        ("Serilog:WriteTo:0:Args:path", file),
        ("Serilog:WriteTo:0:Args:formatter", "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact"),
    ];

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, string? traceParent = null, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        return await client.SendAsync(request);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    private static async Task MustKeepTraceAsync(
        HttpClient client, WebhookReceiver receiver, string log, Func<string, Task<object?>> executeAsync)
    {
        foreach (var flags in FlagsOfCallers)
        {
            var trace = ActivityTraceId.CreateRandom().ToString();
            var traceParent = string.Create(CultureInfo.InvariantCulture, $"00-{trace}-00f067aa0ba902b7-{flags}");

            using var created = await SendAsync(client, HttpMethod.Post, "/user", traceParent, new { first_name = "Ada" });
            var id = (string)(await ReadAsync(created))["id"]!;
            Assert.Equal(trace, Assert.Single(created.Headers.GetValues("X-Request-Id")));
            Assert.Equal(trace, await executeAsync($"SELECT trace_id FROM audit_entries WHERE resource_id = '{id}'"));

            using var missing = await SendAsync(client, HttpMethod.Get, "/nowhere", traceParent);
            Assert.Equal(trace, (string?)(await ReadAsync(missing))["trace_id"]);

            var webhook = await executeAsync($"SELECT id FROM webhooks WHERE url = '{receiver.Url}'");
            using var ping = await SendAsync(client, HttpMethod.Post, $"/webhook/{webhook}/ping", traceParent);
            Assert.True((bool)(await ReadAsync(ping))["succeeded"]!);
            await receiver.UntilAsync(() => receiver.Calls.Count(call =>
                Regex.IsMatch(call.TraceParent, $@"\A00-{trace}-[0-9a-f]{{16}}-0[01]\z")
                && (call.Id.StartsWith("ping.", StringComparison.Ordinal) || (string?)call.Data["resource_id"] == id)) == 2);

            await Eventually.BeAsync(async () =>
                (await File.ReadAllLinesAsync(log)).Count(line => line.Contains($"\"@tr\":\"{trace}\"", StringComparison.Ordinal)) >= 3);
        }
    }

    // The metrics that may be named. A name of a label is followed by = or !.
    [GeneratedRegex(@"\b(?:cleanworkspace|http_server|kestrel|db_client|dotnet)_\w+\b(?!\s*[=!])")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\w+", RegexOptions.Multiline)]
    private static partial Regex Names();

    [GeneratedRegex("""^cleanworkspace_task_last_success_seconds\{[^}]*task="(\w+)"\}""", RegexOptions.Multiline)]
    private static partial Regex TaskLabel();
}
