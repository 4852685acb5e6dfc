using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A client that follows the feed of events.</summary>
internal sealed class EventReader(ServiceFixture service, string next)
{
    /// <summary>The token to continue with.</summary>
    public string Next { get; private set; } = next;

    /// <summary>Starts at the end of the feed.</summary>
    public static async Task<EventReader> StartAsync(ServiceFixture service)
    {
        // Writes that have just ended may not be final yet. A change of our own comes after all of them.
        var mark = (await service.CreateGroupAsync(new { name = "mark" })).Id();
        var reader = new EventReader(service, await TokenAtEndAsync(service));
        await Eventually.BeAsync(async () => (await reader.ReadAsync("&wait=1")).Count == 0, TimeLimit.OfWait);
        (await service.DeleteAsync($"/auth/group/{mark}")).MustBe(204);
        await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("group.deleted", mark)));
        return reader;
    }

    /// <summary>Returns the token at the end of the feed.</summary>
    public static async Task<string> TokenAtEndAsync(ServiceFixture service) =>
        (string)(await service.GetAsync("/events?after=now")).MustBe(200).Json["next"]!;

    /// <summary>Reads one page.</summary>
    public async Task<IReadOnlyList<JsonObject>> ReadAsync(string query = "")
    {
        var page = (await service.GetAsync($"/events?after={Next}{query}")).MustBe(200).Json;
        Next = (string)page["next"]!;
        return [.. page["results"]!.AsArray().Select(change => change!.AsObject())];
    }

    /// <summary>Reads pages until all events so far fulfil the condition.</summary>
    public async Task<IReadOnlyList<JsonObject>> ReadUntilAsync(Func<IReadOnlyList<JsonObject>, bool> isEnough, string query = "")
    {
        var events = new List<JsonObject>();
        var watch = Stopwatch.StartNew();
        while (!isEnough(events))
        {
            Assert.True(watch.Elapsed < TimeLimit.OfWait, $"Not enough: {string.Join('\n', events)}");
            events.AddRange(await ReadAsync($"&wait=1{query}"));
        }

        return events;
    }
}

/// <summary>Reads events.</summary>
internal static class EventJson
{
    public static string Type(this JsonObject change) => (string)change["type"]!;

    public static string ResourceId(this JsonObject change) => (string)change["resource_id"]!;

    public static bool IsOf(this JsonObject change, string type, string id) => change.Type() == type && change.ResourceId() == id;
}
