using System.Collections.Concurrent;
using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// Clients that write without a pause and remember every acknowledged write. Each client sets both names of its user to a new
/// number and reads the user. Then it creates a group of two users, and sometimes it deletes this group.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Writers = 8;

    private readonly HttpClient _client;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, string> _created = [];
    private readonly ConcurrentDictionary<string, bool> _deleted = [];
    private readonly ConcurrentDictionary<string, int> _numbers = [];
    private readonly ConcurrentBag<string> _unexpected = [];
    private Task _writers = Task.CompletedTask;
    private int _acknowledged;
    private long _longest;

    private Load(HttpClient client) => _client = client;

    /// <summary>The number of acknowledged writes.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The time of the slowest answer.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longest));

    public static async Task<Load> StartAsync(HttpClient client)
    {
        var load = new Load(client);
        var users = new List<string>();
        for (var i = 0; i < Writers; i++)
        {
            users.Add((await load.SendAsync(HttpMethod.Post, "/user", new { first_name = "0", last_name = "0" }))!.MustBe(201).Json.Id());
        }

        load._writers = Task.WhenAll(users.Select((user, i) => load.WriteAsync(user, users[(i + 1) % Writers])));
        return load;
    }

    /// <summary>Waits until this number of further writes has been acknowledged.</summary>
    public async Task ProceedAsync(int count)
    {
        var goal = Acknowledged + count;
        var watch = Stopwatch.StartNew();
        while (Acknowledged < goal)
        {
            Assert.True(
                watch.Elapsed < TimeLimit.OfChange,
                $"{goal - Acknowledged} of {count} writes are missing. {string.Join('\n', _unexpected)}");
            await Task.Delay(20);
        }
    }

    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _writers.WithinLimitAsync();
    }

    /// <summary>Fails if an acknowledged write is missing or a write is half-done.</summary>
    public async Task VerifyAsync(FragilePostgres postgres)
    {
        Assert.Empty(_unexpected);
        var groups = await ReadAsync(postgres, "SELECT string_agg(id || ' ' || name, E'\n') FROM user_groups");
        Assert.All(_created, group => Assert.True(
            _deleted.ContainsKey(group.Key) || groups.GetValueOrDefault(group.Key) == group.Value, $"Group {group} is missing."));
        Assert.All(
            _deleted.Where(group => group.Value),
            group => Assert.False(groups.ContainsKey(group.Key), $"Group {group.Key} is back."));
        var users = await ReadAsync(postgres, "SELECT string_agg(id || ' ' || first_name, E'\n') FROM users");
        Assert.All(_numbers, user => Assert.True(
            int.Parse(users[user.Key], null) >= user.Value, $"User {user} has gone back to {users[user.Key]}."));

        Assert.Equal(0L, await postgres.ExecuteAsync("SELECT count(*) FROM users WHERE first_name <> last_name"));
        Assert.Equal(0L, await postgres.ExecuteAsync(
            "SELECT count(*) FROM user_groups AS g WHERE 2 <> (SELECT count(*) FROM memberships AS m WHERE m.group_id = g.id)"));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _end.Dispose();
    }

    private static async Task<Dictionary<string, string>> ReadAsync(FragilePostgres postgres, string sql) =>
        ((string)(await postgres.ExecuteAsync(sql))!).Split('\n')
            .Select(line => line.Split(' ', 2))
            .ToDictionary(row => row[0], row => row[1]);

    private async Task WriteAsync(string user, string other)
    {
        for (var number = 1; !_end.IsCancellationRequested; number++)
        {
            var names = new { first_name = $"{number}", last_name = $"{number}" };
            if (await SendAsync(HttpMethod.Patch, $"/user/{user}", names) is { Status: 200 })
            {
                _numbers[user] = number;
                if (await SendAsync(HttpMethod.Get, $"/user/{user}") is { Status: 200 } read
                    && int.Parse((string)read.Json["first_name"]!, null) < number)
                {
                    _unexpected.Add($"User {user} was shown with an older number than the acknowledged {number}.");
                }
            }

            var name = $"{user} {number}";
            if (await SendAsync(HttpMethod.Post, "/auth/group", new { name, users = new[] { user, other } }) is { Status: 201 } created)
            {
                var group = created.Json.Id();
                _created[group] = name;
                if (number % 4 == 0)
                {
                    // Until the deletion is acknowledged, the group may exist or not.
                    _deleted[group] = false;
                    _deleted[group] = await SendAsync(HttpMethod.Delete, $"/auth/group/{group}") is { Status: 204 };
                }
            }
        }
    }

    /// <summary>Returns the answer, or null if the service ended before it answered.</summary>
    private async Task<Answer?> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        var watch = Stopwatch.StartNew();
        try
        {
            using var response = await _client.SendAsync(request);
            var answer = await Answer.ReadAsync(request, response);
            InterlockedMax(watch.Elapsed.Ticks);
            if (answer.Status is 200 or 201 or 204)
            {
                if (method != HttpMethod.Get)
                {
                    Interlocked.Increment(ref _acknowledged);
                }
            }
            else if (answer is { Status: 503, Headers.RetryAfter: not null })
            {
                await Task.Delay(50);
            }
            else
            {
                _unexpected.Add(answer.ToString());
            }

            return answer;
        }
        catch (HttpRequestException)
        {
            await Task.Delay(50);
            return null;
        }
    }

    private void InterlockedMax(long ticks)
    {
        long seen;
        while (ticks > (seen = Interlocked.Read(ref _longest)) && Interlocked.CompareExchange(ref _longest, ticks, seen) != seen)
        {
            // Another writer has changed the value since it was read.
        }
    }
}
