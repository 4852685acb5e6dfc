using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The feed of events: a follower that is behind, and many followers at its end.</summary>
/// <param name="Events">The number of events that the follower is behind. Each is a write of its own.</param>
/// <param name="CatchUpSeconds">The time until it has read them, one value for each round.</param>
/// <param name="Followers">The number of followers that wait for events by streams of server-sent events.</param>
/// <param name="Delays">The times from the start of a write to its event at a follower, in milliseconds, ascending: p50 and p99.</param>
internal sealed record Feed(int Events, IReadOnlyList<double> CatchUpSeconds, int Followers, IReadOnlyList<double> Delays)
{
    /// <summary>The name on the command line.</summary>
    public const string Name = "feed";

    private const int Behind = 100_000;
    private const int Many = 1000;
    private const int Writes = 100;

    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(250);

    public double CatchUpRate => Events / Comparison.Median(CatchUpSeconds);

    public double P50 => Delays[0];

    public double P99 => Delays[1];

    public static async Task<Feed> RunAsync(
        string empty, string program, int rounds, Progress progress, CancellationToken cancellationToken)
    {
        var settings = HostedProgram.ServiceSettings(empty);
        await ProgramRun.RunAsync("dotnet", [program, "migrate"], settings, cancellationToken);
        var token = (await ProgramRun.RunAsync(
            "dotnet", [program, "keys", "create", "--name", "benchmark", "--role", "admin"], settings, cancellationToken)).Trim();
        progress.Write($"Writing {Behind} events");
        await BenchmarkServer.QueryAsync(
            empty,
            $"""
            DO $$
            BEGIN
                SET synchronous_commit = off;
                FOR n IN 1..{Behind} LOOP
                    INSERT INTO users (id, role, first_name, last_name)
                    VALUES (overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'viewer', 'Ada', 'User ' || n);
                    COMMIT;
                END LOOP;
            END
            $$
            """,
            cancellationToken);
        var user = (Guid)(await BenchmarkServer.QueryAsync(empty, "SELECT id FROM users LIMIT 1", cancellationToken))!;
        await using var service = await HostedProgram.StartServiceAsync(program, empty, token, user, cancellationToken);

        var seconds = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            progress.Write($"Reading {Behind} events, round {round}");
            seconds.Add(await CatchUpAsync(service, cancellationToken));
        }

        progress.Write($"{Writes} writes with {Many} followers");
        return new Feed(Behind, seconds, Many, await MeasureDelaysAsync(service, user, cancellationToken));
    }

    private static async Task<double> CatchUpAsync(HostedProgram service, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var (count, after) = (0, "");
        while (true)
        {
            // Reads the answer without a parser of its own: only the service is measured.
            var page = await service.Client.GetStringAsync(
                new Uri($"/events?types=user.created&limit=1000{after}", UriKind.Relative), cancellationToken);
            var events = page.AsSpan().Count("\"id\":");
            if (events == 0)
            {
                return count == Behind
                    ? Stopwatch.GetElapsedTime(start).TotalSeconds
                    : throw new BenchmarkFailure($"The feed has {count} of {Behind} events.");
            }

            count += events;
            var next = page.AsSpan(page.LastIndexOf("\"next\":\"", StringComparison.Ordinal) + "\"next\":\"".Length);
            after = $"&after={next[..next.IndexOf('"')]}";
        }
    }

    private static async Task<double[]> MeasureDelaysAsync(HostedProgram service, Guid user, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { BaseAddress = service.Client.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.Token);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var starts = new ConcurrentDictionary<string, long>();
        var delays = new ConcurrentBag<double>();
        using var connected = new CountdownEvent(Many);
        var followers = Enumerable.Range(0, Many)
            .Select(_ => FollowAsync(client, connected, starts, delays, end.Token)).ToList();
        await Task.Run(() => connected.Wait(cancellationToken), cancellationToken);

        for (var write = 0; write < Writes; write++)
        {
            var name = $"Name {write}";
            starts[name] = Stopwatch.GetTimestamp();
            using var answer = await service.Client.PatchAsJsonAsync(
                new Uri($"/user/{user}", UriKind.Relative), new { first_name = name }, cancellationToken);
            answer.EnsureSuccessStatusCode();
            await Task.Delay(BetweenWrites, cancellationToken);
        }

        while (delays.Count < Writes * Many && !followers.Exists(follower => follower.IsCompleted))
        {
            await Task.Delay(BetweenWrites, cancellationToken);
        }

        await end.CancelAsync();
        var ascending = delays.Order().ToList();
        return ascending.Count == Writes * Many
            ? [ascending[ascending.Count / 2], ascending[ascending.Count * 99 / 100]]
            : throw new BenchmarkFailure($"{ascending.Count} of {Writes * Many} events have arrived at the followers.");
    }

    private static async Task FollowAsync(
        HttpClient client,
        CountdownEvent connected,
        ConcurrentDictionary<string, long> starts,
        ConcurrentBag<double> delays,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?after=now");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        connected.Signal();
        while (await stream.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var arrival = Stopwatch.GetTimestamp();
                using var change = JsonDocument.Parse(line.AsMemory("data: ".Length));
                var name = change.RootElement.GetProperty("changes").GetProperty("first_name").GetProperty("to").GetString()!;
                delays.Add(Stopwatch.GetElapsedTime(starts[name], arrival).TotalMilliseconds);
            }
        }
    }
}
