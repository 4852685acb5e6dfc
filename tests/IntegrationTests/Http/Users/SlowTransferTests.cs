using System.Net.Sockets;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

/// <summary>Clients that send or read too slowly do not keep others from importing and exporting.</summary>
public sealed class SlowTransferTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private TestService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await TestService.StartAsync(_database.ConnectionString, ("Transfers:StallSeconds", "1"));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("/user/import")]
    [InlineData("/user/import?async=true")]
    public async Task An_import_that_sends_too_slowly_is_answered_408_and_changes_nothing(string path)
    {
        using var client = new TcpClient();
        var address = _service.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\nemail\n"));
        var answer = ReadAnswerAsync(stream);

        // The client sends several thousand bytes per second until it has the answer. That is more than Kestrel asks for.
        for (var i = 0; !answer.IsCompleted; i++)
        {
            await Task.WhenAny(answer, Task.Delay(20));
            try
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"{new string('x', 80)}{i}@example.org\n"));
            }
            catch (IOException)
            {
                // The service has closed the connection.
                break;
            }

            Assert.True(i < 3000, "The import goes on.");
        }

        var text = await answer.WithinLimitAsync();
        Assert.StartsWith("HTTP/1.1 408 ", text, StringComparison.Ordinal);
        Assert.Contains("Connection: close", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"code\":\"request_timeout\"", text, StringComparison.Ordinal);
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
        Assert.Equal(
            0L, await _database.ExecuteAsync("SELECT (SELECT count(*) FROM import_jobs) + (SELECT count(*) FROM import_job_chunks)"));
        Assert.Equal(200, await ImportAsync("email\nada@example.org\n"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Exports_that_nobody_reads_end_and_leave_their_places_to_others(string? encoding)
    {
        // Random text, which stays long when it is compressed.
        await _database.ExecuteAsync(
            """
            INSERT INTO user_groups (id, description)
            SELECT
                overlay(gen_random_uuid()::text placing '7' from 15)::uuid,
                (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 120) AS m)
            FROM generate_series(1, 8000) AS n
            """);
        var unread = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BeginExportAsync(encoding)));

        await Eventually.BeAsync(async () => await _database.ExecuteAsync(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND query LIKE 'SELECT g.id%'
            """) is 0L);
        await Eventually.BeAsync(async () =>
        {
            using var export = await _service.Client.GetAsync("/user/export");
            return (int)export.StatusCode == 200;
        });

        foreach (var response in unread)
        {
            using (response)
            {
                await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync().WithinLimitAsync());
            }
        }
    }

    [Fact]
    public async Task A_report_that_nobody_reads_ends_and_leaves_its_place_to_the_next_import()
    {
        var rows = string.Concat(Enumerable.Range(0, 150_000).Select(i => $"nobody{i}\n"));
        using var content = ServiceFixture.ToFile(Encoding.UTF8.GetBytes($"email\n{rows}"), "text/csv");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user/import") { Content = content };
        using var unread = await _service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(422, (int)unread.StatusCode);

        await Eventually.BeAsync(async () => await ImportAsync("email\nada@example.org\n") == 200);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => unread.Content.ReadAsStringAsync().WithinLimitAsync());
    }

    // The service closes the connection after the answer, so a client must not read further.
    private static async Task<string> ReadAnswerAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        int count;
        do
        {
            count = await stream.ReadAsync(buffer);
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        while (count > 0 && !$"{text}".Contains("trace_id", StringComparison.Ordinal));
        return $"{text}";
    }

    private async Task<HttpResponseMessage> BeginExportAsync(string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user/export?format=ndjson");
        if (encoding is not null)
        {
            request.Headers.Add("Accept-Encoding", encoding);
        }

        var response = await _service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }

    private async Task<int> ImportAsync(string file)
    {
        using var content = ServiceFixture.ToFile(Encoding.UTF8.GetBytes(file), "text/csv");
        using var response = await _service.Client.PostAsync("/user/import", content);
        return (int)response.StatusCode;
    }
}
