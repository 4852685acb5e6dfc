using System.Globalization;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>
/// Sends every property of every request through the whole service. A property that is added to a request only, or forgotten in the
/// database, the import, the export or the audit, fails here. The OpenAPI document names the properties and has an example of each.
/// </summary>
public sealed class EveryPropertyTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string Document = "/swagger/v1/swagger.json";

    /// <summary>The collection of each noun, and the name of the noun in files; empty if files do not contain it.</summary>
    public static TheoryData<string, string> Nouns => new()
    {
        { "/user", "users" },
        { "/auth/group", "user_groups" },
        { "/auth/key", "" },
        { "/webhook", "" },
    };

    [Fact]
    public async Task Every_noun_that_can_be_created_is_tested_here()
    {
        var paths = (await service.GetAsync(Document)).MustBe(200).Json["paths"]!.AsObject();

        var collections = paths.Where(path => path.Value!["post"]?["responses"]?["201"] is not null).Select(path => path.Key);

        Assert.Equal(collections.Order(), Nouns.Select(noun => (string)noun[0]).Order());
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_created_property_is_answered_read_listed_and_audited(string path, string resource)
    {
        Assert.NotNull(resource);
        var sent = await DescribeAsync(path, "post");

        var created = (await service.PostAsync(path, sent.DeepClone())).MustBe(201).Json;

        MustHave(sent, created);
        MustHave(sent, (await service.GetAsync($"{path}/{created.Id()}")).MustBe(200).Json);
        MustHave(sent, await FindInListAsync(path, created.Id()));
        await MustBeAuditedAsync(sent, created.Id());
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_changed_property_is_answered_read_listed_and_audited(string path, string resource)
    {
        Assert.NotNull(resource);
        var id = (await service.PostAsync(path, await DescribeAsync(path, "post"))).MustBe(201).Json.Id();
        var properties = await DescribeAsync($"{path}/{{id}}", "patch");

        foreach (var (name, example) in properties)
        {
            var change = new JsonObject { [name] = await VaryAsync(name, example!) };

            var changed = (await service.PatchAsync($"{path}/{id}", change.DeepClone())).MustBe(200).Json;

            MustHave(change, changed);
            MustHave(change, (await service.GetAsync($"{path}/{id}")).MustBe(200).Json);
            MustHave(change, await FindInListAsync(path, id));
            await MustBeAuditedAsync(change, id);
        }
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task An_imported_property_is_read_audited_and_exported_as_ndjson(string path, string resource)
    {
        if (resource.Length == 0)
        {
            return;
        }

        // Files name the groups of a user, not the users of a group.
        var sent = await DescribeAsync(path, "post");
        sent.Remove("users");
        sent["id"] = Guid.CreateVersion7().ToString();
        var line = sent.DeepClone().AsObject();
        line["resource"] = resource;

        (await service.ImportAsync(line.ToJsonString(), "create_groups=true", "application/x-ndjson")).MustBe(200);

        MustHave(sent, (await service.GetAsync($"{path}/{sent.Id()}")).MustBe(200).Json);
        await MustBeAuditedAsync(sent.Without("id"), sent.Id());
        var file = await service.GetAsync("/user/export?format=ndjson");
        var exported = file.MustBe(200).Lines.Single(line => line.Id() == sent.Id() && (string)line["resource"]! == resource);
        MustHave(sent, exported);
    }

    [Fact]
    public async Task An_imported_property_is_exported_as_csv()
    {
        var sent = await DescribeAsync("/user", "post");
        var group = (string)(await service.ReadGroupAsync(sent.Ids("user_groups")[0]))["name"]!;
        sent["user_groups"] = group;
        string[] names = [.. sent.Select(property => property.Key)];
        string[] cells = [.. sent.Select(property => $"\"{property.Value}\"")];

        (await service.ImportAsync($"{string.Join(',', names)}\n{string.Join(',', cells)}\n")).MustBe(200);

        var file = (await service.GetAsync("/user/export?format=csv")).MustBe(200).Text;
        var lines = file.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var header = lines[0].Split(',');
        Assert.Equal(names.Order(), header.Order());
        var row = lines.Single(line => line.Contains((string)sent["email"]!, StringComparison.Ordinal)).Split(',');
        Assert.All(names, name => Assert.Equal((string)sent[name]!, row[Array.IndexOf(header, name)].Trim('"')));
    }

    private static void MustHave(JsonObject expected, JsonObject actual) => Assert.All(
        expected,
        property => Assert.True(
            AreEqual(property.Value!, actual[property.Key]),
            $"{property.Key} is {actual[property.Key]?.ToJsonString() ?? "null"} instead of {property.Value!.ToJsonString()}"));

    // Answers and the audit write times with microseconds.
    private static bool AreEqual(JsonNode expected, JsonNode? actual) =>
        JsonNode.DeepEquals(expected, actual)
        || (TryGetTime(expected, out var expectedTime) && TryGetTime(actual, out var actualTime) && expectedTime == actualTime);

    private static bool TryGetTime(JsonNode? value, out DateTimeOffset time)
    {
        time = default;
        return value is JsonValue text
            && text.TryGetValue<string>(out var written)
            && DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>Returns an object with an example of every documented property of a request body, without write-only aliases.</summary>
    private async Task<JsonObject> DescribeAsync(string path, string method)
    {
        var document = (await service.GetAsync(Document)).MustBe(200).Json;
        var reference = (string)document["paths"]![path]![method]!["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]!;
        var schema = document["components"]!["schemas"]![reference.Split('/')[^1]]!;
        var body = new JsonObject();
        foreach (var (name, property) in schema["properties"]!.AsObject())
        {
            if ((bool?)property!["writeOnly"] != true)
            {
                body[name] = await ExampleAsync(name, property["example"]!);
            }
        }

        return body;
    }

    // Ids must exist, and addresses and names must be free.
    private async Task<JsonNode> ExampleAsync(string name, JsonNode example) => (name, example) switch
    {
        ("types", _) => example.DeepClone(),
        ("group_id", _) => (await service.CreateGroupAsync()).Id(),
        (_, JsonArray) => await MemberAsync(name),
        ("email", _) => $"{Guid.NewGuid():N}@example.org",
        // An import finds a group by its name.
        ("name", _) => $"{example} {Guid.NewGuid():N}",
        _ => example.DeepClone(),
    };

    private async Task<JsonNode> VaryAsync(string name, JsonNode example) => (name, example) switch
    {
        ("types", _) => new JsonArray("group.created", "key.deleted"),
        ("group_id", _) => (await service.CreateGroupAsync()).Id(),
        ("state", _) => "disabled",
        ("url", _) => $"{example}/2",
        (_, JsonArray) => await MemberAsync(name),
        ("role", _) => "guest",
        ("email", _) => $"{Guid.NewGuid():N}@example.org",
        _ when TryGetTime(example, out var time) => time.AddYears(1).ToString("O", CultureInfo.InvariantCulture),
        _ => $"{example} 2",
    };

    private async Task<JsonArray> MemberAsync(string name) =>
        [(name == "users" ? await service.CreateUserAsync() : await service.CreateGroupAsync(new { name = $"G{Guid.NewGuid():N}" })).Id()];

    private async Task<JsonObject> FindInListAsync(string path, string id)
    {
        var results = (await service.GetAsync($"{path}?page_size=200")).MustBe(200).Json["results"]!.AsArray();
        return results.Select(row => row!.AsObject()).Single(row => row.Id() == id);
    }

    private async Task MustBeAuditedAsync(JsonObject sent, string id)
    {
        var entries = (await service.GetAsync($"/auth/audit?resource={id}")).MustBe(200).Json["results"]!.AsArray();
        var newest = entries[0]!.AsObject();
        foreach (var (name, value) in sent)
        {
            var audited = value is JsonArray && name != "types" ? newest["added"] : newest["changes"]![name]?["to"];
            // The audit has texts.
            var expected = name == "types" ? string.Join(',', value!.AsArray().Select(type => (string)type!)) : value!;
            Assert.True(
                AreEqual(expected, audited),
                $"The audit of {name} is {audited?.ToJsonString() ?? "missing"}, not {value!.ToJsonString()}");
        }
    }
}
