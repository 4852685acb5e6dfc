using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>An import of an exported file leads to the same directory.</summary>
public sealed class RoundTripTests : IAsyncLifetime
{
    private const string Csv = "text/csv";
    private const string Ndjson = "application/x-ndjson";

    private TestDatabase _fromDatabase = null!;
    private TestDatabase _toDatabase = null!;
    private TestService _from = null!;
    private TestService _to = null!;

    public async Task InitializeAsync()
    {
        (_fromDatabase, _toDatabase) = (await TestPostgres.CreateDatabaseAsync(), await TestPostgres.CreateDatabaseAsync());
        _from = await TestService.StartAsync(_fromDatabase.ConnectionString);
        _to = await TestService.StartAsync(_toDatabase.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _from.DisposeAsync();
        await _to.DisposeAsync();
        await _fromDatabase.DisposeAsync();
        await _toDatabase.DisposeAsync();
    }

    [Fact]
    public async Task Ndjson_carries_everything_and_a_second_import_changes_nothing()
    {
        var groups = await CreateGroupsAsync(
            new { name = "Twins", description = "the first" },
            new { name = "Twins", icon = "👩‍🚀" },
            new { icon = "=1+1", description = "no name,\n\"two\" lines;\ta\\b" },
            new { name = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071" },
            new { name = "Empty" },
            new { name = @"a;b\c, ""d"" 'e'" });
        await CreatePeopleAsync(groups);
        await CreateAsync("/user", new { last_name = "No address", role = "guest", user_groups = groups });
        var file = await ExportAsync(_from, Ndjson);

        var first = await ImportAsync(Ndjson, file);
        var second = await ImportAsync(Ndjson, file);

        var lines = LinesOf(file);
        var users = lines.Length - groups.Length;
        MustCount(first, ("created", users), ("groups_created", groups.Length));
        MustCount(second, ("unchanged", users), ("groups_unchanged", groups.Length));
        var copies = LinesOf(await ExportAsync(_to, Ndjson));
        Assert.Equal(lines.Select(WithoutTimes), copies.Select(WithoutTimes));
        await _toDatabase.MustCountRightAsync();
    }

    // The last line has the token of the feed of events.
    private static string[] LinesOf(string file) => file.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1];

    [Fact]
    public async Task Csv_carries_users_and_group_names_and_a_second_import_changes_nothing()
    {
        var groups = await CreateGroupsAsync(
            new { name = @"a;b\c, ""d"" 'e'" }, new { name = "=Ω" }, new { name = @"\" }, new { name = "Empty" });
        await CreatePeopleAsync(groups[..3]);
        var file = await ExportAsync(_from, Csv);

        var first = await ImportAsync(Csv, file);
        var second = await ImportAsync(Csv, file);

        var users = file.Split("\r\n").Length - 2;
        MustCount(first, ("created", users), ("groups_created", 3));
        MustCount(second, ("unchanged", users));
        // The groups have new ids, so their order can differ.
        Assert.Equal(SortCells(file), SortCells(await ExportAsync(_to, Csv)));
        await _toDatabase.MustCountRightAsync();
    }

    [Fact]
    public async Task An_export_for_spreadsheets_keeps_its_apostrophes_on_import()
    {
        await CreateAsync("/user", new { email = "a@x", first_name = "=1+1", last_name = "plain" });

        await ImportAsync(Csv, await ExportAsync(_from, Csv, "&excel_safe=true"));

        Assert.Equal("email,first_name,last_name,role,user_groups\r\na@x,'=1+1,plain,viewer,\r\n", await ExportAsync(_to, Csv));
    }

    private async Task CreatePeopleAsync(string[] groups)
    {
        await CreateAsync("/user", new
        {
            email = "Ada@Example.org",
            first_name = "'=1+1",
            last_name = "O'Hara, \"Jr\"",
            role = "admin",
            user_groups = groups,
        });
        await CreateAsync(
            "/user", new { email = "+2@x", first_name = "=1+1", last_name = "-'", role = "editor", user_groups = groups[..1] });
        await CreateAsync(
            "/user", new { email = "ẞ@x", first_name = "👩‍🚀", last_name = "e\u0301\u0323", role = "guest", user_groups = groups[1..] });
        await CreateAsync("/user", new { email = "'q'@x", first_name = "@", last_name = @"\" });
        await CreateAsync("/user", new { email = "null@x", first_name = "null", last_name = ";" });
    }

    private async Task<string[]> CreateGroupsAsync(params object[] bodies)
    {
        List<string> ids = [];
        foreach (var body in bodies)
        {
            ids.Add(await CreateAsync("/auth/group", body));
        }

        return [.. ids];
    }

    private async Task<string> CreateAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = ServiceFixture.ToContent(body) };
        using var response = await _from.Client.SendAsync(request);
        return (await Answer.ReadAsync(request, response)).MustBe(201).Json.Id();
    }

    private static async Task<string> ExportAsync(TestService service, string type, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/user/export?format={(type == Csv ? "csv" : "ndjson")}{query}");
        using var response = await service.Client.SendAsync(request);
        return (await Answer.ReadAsync(request, response)).MustBe(200).Text;
    }

    /// <summary>Returns the summary of the import.</summary>
    private async Task<JsonObject> ImportAsync(string type, string file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user/import?create_groups=true")
        {
            Content = new StringContent(file),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var response = await _to.Client.SendAsync(request);
        var answer = (await Answer.ReadAsync(request, response)).MustBe(200);
        return JsonNode.Parse(answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!.AsObject();
    }

    private static void MustCount(JsonObject summary, params (string Name, int Count)[] counts)
    {
        string[] names = ["created", "updated", "unchanged", "refused", "groups_created", "groups_updated", "groups_unchanged"];
        Assert.Equal(
            names.Select(name => (name, counts.SingleOrDefault(count => count.Name == name).Count)),
            names.Select(name => (name, (int)summary[name]!)));
    }

    private static string WithoutTimes(string line) => JsonNode.Parse(line)!.AsObject().Without("created_at", "updated_at").ToJsonString();

    // No text here has a line break, and no two groups share their characters, so sorted characters still identify each line.
    private static IEnumerable<string> SortCells(string file) =>
        file.Split("\r\n").Select(line => string.Concat(line.Order())).Order(StringComparer.Ordinal);
}
