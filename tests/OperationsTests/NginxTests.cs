using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace CleanWorkspace.OperationsTests;

/// <summary>The service behind nginx, with TLS, below a path, and with compression by nginx (deploy/nginx).</summary>
public sealed class NginxTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private TestService _service = null!;
    private ExternalProgram _nginx = null!;
    private HttpClient _client = null!;

    private string Outer => $"https://localhost:{_nginx.Port}/directory";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await TestService.StartAsync(
            _database.ConnectionString, ("Proxies:Trusted", "127.0.0.1"), ("Requests:TimeoutSeconds", "20"));
        if (ExternalProgram.Find("nginx") is not null)
        {
            _nginx = await ExternalProgram.StartAsync("nginx", Configure);
            _client = Deploy.CreateClient($"{Outer}/");
        }
    }

    public async Task DisposeAsync()
    {
        if (_nginx is not null)
        {
            _client.Dispose();
            await _nginx.DisposeAsync();
        }

        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Drill("nginx")]
    public async Task Links_lead_back_through_the_proxy()
    {
        using var created = await _client.PostAsJsonAsync("user", new { first_name = "Ada" });
        using var second = await _client.PostAsJsonAsync("user", new { first_name = "Grace" });
        Assert.Equal(201, (int)created.StatusCode);
        Assert.StartsWith($"{Outer}/user/", $"{created.Headers.Location}", StringComparison.Ordinal);
        using var read = await _client.GetAsync(created.Headers.Location);
        Assert.Equal(200, (int)read.StatusCode);

        var page = JsonNode.Parse(await _client.GetStringAsync("user?page_size=1"))!;
        var next = (string)page["links"]!["next"]!;
        Assert.StartsWith($"{Outer}/user?", next, StringComparison.Ordinal);
        var nextPage = JsonNode.Parse(await _client.GetStringAsync(next))!;
        Assert.Single(nextPage["results"]!.AsArray());

        var description = JsonNode.Parse(await _client.GetStringAsync("swagger/v1/swagger.json"))!;
        Assert.Equal("/directory", (string)description["servers"]![0]!["url"]!);
        using var forged = new HttpRequestMessage(HttpMethod.Get, "user?page_size=1") { Headers = { { "X-Forwarded-Prefix", "/evil" } } };
        using var answer = await _client.SendAsync(forged);
        Assert.DoesNotContain("evil", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Drill("nginx")]
    public async Task Entity_tags_work_although_the_proxy_compresses()
    {
        var name = new string('a', 60);
        using var created = await _client.PostAsJsonAsync("user", new { first_name = name, last_name = name });
        using var request = new HttpRequestMessage(HttpMethod.Get, created.Headers.Location);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using var read = await _client.SendAsync(request);
        Assert.Equal("gzip", read.Content.Headers.ContentEncoding.Single());
        // nginx weakens the tag of an answer that it compresses.
        var tag = read.Headers.ETag!;

        using var again = new HttpRequestMessage(HttpMethod.Get, created.Headers.Location) { Headers = { IfNoneMatch = { tag } } };
        using var notModified = await _client.SendAsync(again);
        using var change = new HttpRequestMessage(HttpMethod.Patch, created.Headers.Location)
        {
            Headers = { { "If-Match", $"{tag}" } },
            Content = JsonContent.Create(new { first_name = "Grace" }),
        };
        using var changed = await _client.SendAsync(change);

        Assert.Equal(HttpStatusCode.NotModified, notModified.StatusCode);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Drill("nginx")]
    public async Task An_import_of_several_megabytes_arrives_and_an_export_leaves()
    {
        const int Rows = 30_000;
        var name = new string('a', 40);
        var rows = Enumerable.Range(0, Rows).Select(row => $"person{row}@example.org,{name},{name}\n");
        var file = $"email,first_name,last_name\n{string.Concat(rows)}";

        using var import = await _client.PostAsync("user/import", new StringContent(file, Encoding.UTF8, "text/csv"));
        var summary = JsonNode.Parse(await import.Content.ReadAsStringAsync())!;
        var export = await _client.GetStringAsync("user/export?format=csv");

        Assert.Equal(200, (int)import.StatusCode);
        Assert.Equal(Rows, (int)summary["created"]!);
        Assert.Equal(Rows + 1, export.Count(character => character == '\n'));
    }

    [Drill("nginx")]
    public async Task An_event_passes_the_proxy_at_once()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "events?after=now");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync());
        using var created = await _client.PostAsJsonAsync("user", new { first_name = "Ada" });

        var line = "";
        while (!line.StartsWith("event: ", StringComparison.Ordinal))
        {
            // The heartbeat of the stream comes every 15 seconds, so a buffer of the proxy would hold the event for much longer.
            line = await stream.ReadLineAsync().WithinLimitAsync() ?? throw new InvalidOperationException("The stream has ended.");
        }

        Assert.Equal("event: user.created", line);
    }

    private string[] Configure(string folder, int port)
    {
        Deploy.WriteCertificate(Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        File.WriteAllText(
            Path.Combine(folder, "workspace.conf"),
            Deploy.Read(
                "nginx/workspace.conf",
                ("listen 443 ssl", $"listen 127.0.0.1:{port} ssl"),
                ("server 127.0.0.1:8080", $"server {_service.Client.BaseAddress!.Authority}"),
                ("/etc/nginx/tls", folder),
                // Otherwise the service would compress, and nginx would not.
                ("proxy_set_header Connection \"\";", "proxy_set_header Connection \"\"; proxy_set_header Accept-Encoding \"\";")));
        File.WriteAllText(
            Path.Combine(folder, "nginx.conf"),
            $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                gzip on;
                gzip_proxied any;
                gzip_types application/json;
                include workspace.conf;
            }
            """);
        return ["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"];
    }
}
