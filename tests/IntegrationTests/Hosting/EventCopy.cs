using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A copy of the directory that applies events. It fails if an event does not fit its state.</summary>
internal sealed class EventCopy
{
    private readonly Dictionary<string, JsonObject> _users = [];
    private readonly Dictionary<string, JsonObject> _groups = [];
    private readonly Dictionary<string, SortedSet<string>> _members = [];
    private readonly Dictionary<string, long> _versions = [];
    private readonly HashSet<string> _ids = [];

    /// <summary>The number of events that were applied.</summary>
    public int Events => _ids.Count;

    /// <summary>Tells whether the copy has the user.</summary>
    public bool HasUser(string id) => _users.ContainsKey(id);

    /// <summary>Applies events in their order.</summary>
    public void Apply(IEnumerable<JsonObject> events)
    {
        foreach (var change in events)
        {
            Apply(change);
        }
    }

    /// <summary>Starts with the lines of an export. Returns the token in its last line.</summary>
    public string Load(IReadOnlyList<JsonObject> lines)
    {
        foreach (var group in lines.Where(line => (string?)line["resource"] == "user_groups"))
        {
            _groups.Add(group.Id(), Pick(group, "name", "icon", "description"));
            _members.Add(group.Id(), new(StringComparer.Ordinal));
        }

        foreach (var user in lines.Where(line => (string?)line["resource"] == "users"))
        {
            _users.Add(user.Id(), Pick(user, "first_name", "last_name", "email", "role"));
            foreach (var group in user.Ids("user_groups"))
            {
                _members[group].Add(user.Id());
            }
        }

        return (string)lines[^1]["next"]!;
    }

    /// <summary>Fails unless the copy equals the lists of the service.</summary>
    public async Task MustEqualAsync(ServiceFixture service)
    {
        var users = await ReadAllAsync(service, "/user");
        var groups = await ReadAllAsync(service, "/auth/group");
        MustEqual(
            users.ToDictionary(user => user.Id(), user => Pick(user, "first_name", "last_name", "email", "role").ToJsonString()),
            groups.ToDictionary(group => group.Id(), group => Pick(group, "name", "icon", "description").ToJsonString()),
            groups.ToDictionary(group => group.Id(), group => string.Join(',', group.Ids("users"))));
    }

    /// <summary>Fails unless both copies are equal.</summary>
    public void MustEqual(EventCopy other) => MustEqual(TextsOf(other._users), TextsOf(other._groups), TextsOf(other._members));

    private static Dictionary<string, string> TextsOf(Dictionary<string, JsonObject> rows) =>
        rows.ToDictionary(row => row.Key, row => row.Value.ToJsonString());

    private static Dictionary<string, string> TextsOf(Dictionary<string, SortedSet<string>> members) =>
        members.ToDictionary(group => group.Key, group => string.Join(',', group.Value));

    private void MustEqual(Dictionary<string, string> users, Dictionary<string, string> groups, Dictionary<string, string> members)
    {
        Assert.Equal(users, TextsOf(_users));
        Assert.Equal(groups, TextsOf(_groups));
        Assert.Equal(members, TextsOf(_members));
    }

    private static async Task<List<JsonObject>> ReadAllAsync(ServiceFixture service, string list) =>
    [
        .. (await service.FollowAsync($"{list}?page_size=200", ListPages.Next))
            .SelectMany(page => page["results"]!.AsArray()).Select(row => row!.AsObject()),
    ];

    private void Apply(JsonObject change)
    {
        Assert.True(_ids.Add((string)change["id"]!), $"An event came twice: {change}");
        var id = change.ResourceId();
        if (change["version"] is { } version)
        {
            var before = _versions.GetValueOrDefault(id);
            Assert.True((long)version >= before, $"Out of order, after version {before}: {change}");
            _versions[id] = (long)version;
        }

        switch (change.Type())
        {
            case "user.created":
                _users.Add(id, Change(Empty("first_name", "last_name", "email", "role"), change));
                break;
            case "user.updated":
                Change(_users[id], change);
                break;
            case "user.deleted":
                Assert.True(_users.Remove(id));
                Assert.DoesNotContain(_members, group => group.Value.Contains(id));
                break;
            case "group.created":
                _groups.Add(id, Change(Empty("name", "icon", "description"), change));
                _members.Add(id, new(StringComparer.Ordinal));
                break;
            case "group.updated":
                Change(_groups[id], change);
                break;
            case "group.deleted":
                Assert.True(_groups.Remove(id) && _members.Remove(id));
                break;
            case "group.members_changed":
                foreach (var user in change.Ids("added"))
                {
                    Assert.True(_users.ContainsKey(user) && _members[id].Add(user), $"{change}");
                }

                foreach (var user in change.Ids("removed"))
                {
                    Assert.True(_members[id].Remove(user), $"{change}");
                }

                break;
        }
    }

    private static JsonObject Change(JsonObject row, JsonObject change)
    {
        foreach (var (name, value) in change["changes"]!.AsObject())
        {
            // A change from null to null had values that were erased. The copy may have read them before.
            var isErased = value!["from"] is null && value["to"] is null;
            Assert.True(isErased || (string?)row[name] == (string?)value["from"], $"{change}");
            row[name] = value["to"]?.DeepClone();
        }

        return row;
    }

    private static JsonObject Empty(params string[] names) => new(names.Select(name => KeyValuePair.Create(name, (JsonNode?)null)));

    private static JsonObject Pick(JsonObject row, params string[] names) =>
        new(names.Select(name => KeyValuePair.Create(name, row[name]?.DeepClone())));
}
