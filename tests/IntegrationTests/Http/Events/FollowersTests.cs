using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Events;

/// <summary>Many followers, of which most are gone or never read.</summary>
public sealed class FollowersTests : IAsyncLifetime
{
    private const int Many = 1000;
    private const int Writes = 20;

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_follower_gets_every_event_while_a_thousand_others_vanish_or_stop_reading()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?after=now&types=user.created");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var others = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => FollowAsync(service.Client.BaseAddress!)));

        // One half vanishes without a word. The other half stays connected and reads nothing.
        Array.ForEach(others[..(Many / 2)], Vanish);
        var ids = new List<string>();
        for (var write = 0; write < Writes; write++)
        {
            using var created = await service.Client.PostAsJsonAsync("/user", new { first_name = $"Name {write}" });
            Assert.Equal(201, (int)created.StatusCode);
            ids.Add((await Answer.ReadAsync(request, created)).Json.Id());
        }

        foreach (var id in ids)
        {
            var line = "";
            while (!line.StartsWith("data: ", StringComparison.Ordinal))
            {
                line = await stream.ReadLineAsync().WithinLimitAsync();
                Assert.NotNull(line);
            }

            Assert.Contains(id, line, StringComparison.Ordinal);
        }

        Array.ForEach(others[(Many / 2)..], Vanish);
    }

    [Fact]
    public async Task The_stop_of_the_service_ends_every_stream_at_once()
    {
        List<Task<string>> texts;
        await using (var service = await TestService.StartAsync(_database.ConnectionString))
        {
            var others = await Task.WhenAll(Enumerable.Range(0, Many / 5).Select(_ => FollowAsync(service.Client.BaseAddress!)));
            texts = [.. others.Select(other => new StreamReader(other.GetStream(), Encoding.Latin1).ReadToEndAsync())];
        }

        // A stream has one comment at its beginning, which was read already, and at most one more for the wait that the stop ended.
        foreach (var text in await Task.WhenAll(texts).WithinLimitAsync())
        {
            Assert.InRange(text.Split(": nothing new").Length - 1, 0, 2);
            Assert.EndsWith("0\r\n\r\n", text, StringComparison.Ordinal);
        }
    }

    private static async Task<TcpClient> FollowAsync(Uri address)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(
            $"GET /events?after=now HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: text/event-stream\r\n\r\n"));
        Assert.True(await client.GetStream().ReadAsync(new byte[100]).AsTask().WithinLimitAsync() > 0);
        return client;
    }

    // The socket sends a reset instead of an orderly end.
    private static void Vanish(TcpClient client)
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();
    }
}
