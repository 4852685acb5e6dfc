using System.Net.Http.Json;

namespace CleanWorkspace.OperationsTests;

/// <summary>Two instances behind HAProxy, with TLS (deploy/haproxy).</summary>
public sealed class HaProxyTests
{
    [Drill("haproxy")]
    public async Task Clients_notice_nothing_when_an_instance_stops()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var first = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", "127.0.0.1"));
        var second = await TestService.StartAsync(database.ConnectionString, ("Proxies:Trusted", "127.0.0.1"));
        await using var proxy = await ExternalProgram.StartAsync("haproxy", (folder, port) =>
        {
            var certificate = Path.Combine(folder, "directory.pem");
            Deploy.WriteCertificate(certificate, certificate);
            var file = Path.Combine(folder, "haproxy.cfg");
            File.WriteAllText(file, Deploy.Read(
                "haproxy/haproxy.cfg",
                ("bind :443", $"bind 127.0.0.1:{port}"),
                ("/etc/haproxy/tls", folder),
                ("127.0.0.1:8081", first.Client.BaseAddress!.Authority),
                ("127.0.0.1:8082", second.Client.BaseAddress!.Authority)));
            return ["-db", "-f", file];
        });
        using var client = Deploy.CreateClient($"https://localhost:{proxy.Port}/");

        // Sent while both instances run, while one of them stops, and while only one runs.
        var stop = Task.CompletedTask;
        for (var write = 0; write < 60; write++)
        {
            using var created = await client.PostAsJsonAsync("user", new { first_name = $"Name {write}" });
            Assert.Equal(201, (int)created.StatusCode);
            Assert.StartsWith($"https://localhost:{proxy.Port}/user/", $"{created.Headers.Location}", StringComparison.Ordinal);
            using var read = await client.GetAsync(created.Headers.Location);
            Assert.Equal(200, (int)read.StatusCode);
            if (write == 20)
            {
                stop = second.DisposeAsync().AsTask();
            }
        }

        await stop;
    }
}
