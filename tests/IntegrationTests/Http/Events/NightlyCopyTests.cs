using System.Reflection;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Events;

/// <summary>Runs the script of <c>docs/recipes.md</c> that keeps a copy. It needs bash, curl and jq.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class NightlyCopyTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IDisposable
{
    private const string ForgetEvents = "UPDATE event_epochs SET removed_until = 1000000000000";

    private readonly string _folder = Directory.CreateTempSubdirectory("workspace-copy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_copy_is_equal_to_the_directory_every_night()
    {
        var users = await service.CreateUsersAsync(4);
        var groups = await service.CreateGroupsAsync(3);
        (await service.PatchAsync($"/auth/group/{groups[0]}", new { users = users[..3] })).MustBe(200);
        var reader = await EventReader.StartAsync(service);

        await RunAsync();
        await MustEqualAsync();

        // From here on, a copy of everything would leave this file.
        File.Delete(PathTo("export.ndjson"));
        (await service.PatchAsync($"/user/{users[0]}", new { first_name = "O'Neill \"Zoë\"", last_name = (string?)null })).MustBe(200);
        (await service.PatchAsync($"/user/{users[3]}", new { user_groups = groups[1..] })).MustBe(200);
        (await service.DeleteAsync($"/user/{users[1]}")).MustBe(204);
        (await service.DeleteAsync($"/auth/group/{groups[2]}")).MustBe(204);
        (await service.PatchAsync($"/auth/group/{groups[0]}", new { name = "Engines", users = users[2..] })).MustBe(200);
        (await service.ImportAsync("email,user_groups\ngrace@example.org,Looms\nada@example.org,Engines\n", "create_groups=true"))
            .MustBe(200);
        var last = (await service.CreateGroupAsync(new { name = "Last", users = users[2..] })).Id();
        await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("group.members_changed", last)));

        await RunAsync();
        await MustEqualAsync();
        await RunAsync();
        await MustEqualAsync();
        Assert.False(File.Exists(PathTo("export.ndjson")));
    }

    [Fact]
    public async Task A_token_that_is_gone_leads_to_a_new_copy()
    {
        await service.CreateUsersAsync(2);
        await RunAsync();
        File.Delete(PathTo("export.ndjson"));
        var token = await TokenAsync();
        await service.CreateUserAsync();
        await service.ExecuteAsync(ForgetEvents);
        await Eventually.BeAsync(async () => (await service.GetAsync($"/events?after={token}")).Status == 410, TimeLimit.OfWait);

        await RunAsync();

        await MustEqualAsync();
        Assert.True(File.Exists(PathTo("export.ndjson")));
        await service.ExecuteAsync("UPDATE event_epochs SET removed_until = 0");
        token = await TokenAsync();
        await Eventually.BeAsync(async () => (await service.GetAsync($"/events?after={token}")).Status == 200, TimeLimit.OfWait);
    }

    [Fact]
    public async Task A_run_that_fails_changes_nothing()
    {
        await RunAsync();
        var before = await File.ReadAllTextAsync(PathTo("copy.json"));
        await service.CreateUserAsync();

        var unreachable = await StartAsync("http://127.0.0.1:1", await service.CreateTokenAsync("viewer"));
        var refused = await StartAsync(service.BaseAddress, "cwk_wrong");

        Assert.True(unreachable.ExitCode != 0 && refused.ExitCode != 0, $"{unreachable} {refused}");
        Assert.Contains("\"status\":401", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(PathTo("copy.json")));
    }

    private string PathTo(string file) => Path.Combine(_folder, file);

    private async Task<string> TokenAsync() => (string)JsonNode.Parse(await File.ReadAllTextAsync(PathTo("copy.json")))!["next"]!;

    private async Task RunAsync()
    {
        var run = await StartAsync(service.BaseAddress, await service.CreateTokenAsync("viewer"));
        Assert.True(run.ExitCode == 0, $"{run}");
    }

    private async Task<ProgramRun> StartAsync(string api, string token)
    {
        var docs = Path.GetDirectoryName(typeof(NightlyCopyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "ApiDescription").Value!)!;
        var script = Script().Match(await File.ReadAllTextAsync(Path.Combine(docs, "recipes.md")));
        Assert.True(script.Success, "docs/recipes.md has no script.");
        return await ProgramRun.OfAsync(
            "bash",
            ["-c", "cd \"$0\" && bash -c \"$1\"", _folder, script.Groups[1].Value],
            ("api", api), ("auth", $"Authorization: Bearer {token}"), ("max_wait", "0"));
    }

    // Compares the lines of an export that would make the copy.
    private async Task MustEqualAsync()
    {
        var copy = JsonNode.Parse(await File.ReadAllTextAsync(PathTo("copy.json")))!;
        var lines = new List<JsonObject>();
        foreach (var (_, group) in copy["groups"]!.AsObject())
        {
            lines.Add(With(group, "resource", "user_groups"));
        }

        foreach (var (id, user) in copy["users"]!.AsObject())
        {
            var memberships = lines.Where(line => line.ContainsKey("users") && line.Ids("users").Contains(id))
                .Select(line => (JsonNode)line.Id());
            lines.Add(With(With(user, "resource", "users"), "user_groups", new JsonArray([.. memberships])));
        }

        lines.Add(new JsonObject { ["next"] = await TokenAsync() });
        var expected = new EventCopy();
        expected.Load(lines);
        await expected.MustEqualAsync(service);
    }

    private static JsonObject With(JsonNode? row, string name, JsonNode value)
    {
        var changed = row!.DeepClone().AsObject();
        changed[name] = value;
        return changed;
    }

    [GeneratedRegex(@"```sh\n(#!/usr/bin/env bash\n# Makes copy\.json.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Script();
}
