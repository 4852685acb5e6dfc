using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http;

public sealed class ConcurrencyTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("/user", "first_name")]
    [InlineData("/auth/group", "name")]
    public async Task A_change_that_waited_for_a_new_membership_answers_with_it(string path, string property)
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());
        var resource = $"{path}/{(path == "/user" ? user : group)}";
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var other = await connection.BeginTransactionAsync();
        await using var join = new NpgsqlCommand($"INSERT INTO memberships (group_id, user_id) VALUES ('{group}', '{user}')", connection);
        await join.ExecuteNonQueryAsync();

        var change = service.PatchAsync(resource, new Dictionary<string, string> { [property] = "Another" });
        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is not 0L);
        Assert.False(change.IsCompleted);

        await other.CommitAsync();
        Assert.Equal((await change).MustBe(200).Text, (await service.GetAsync(resource)).MustBe(200).Text);
    }

    [Fact]
    public async Task Exactly_one_of_50_racing_users_gets_the_same_email()
    {
        const string Address = "racing.ada@example.org";
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(racer => service.PostAsync(
            "/user", new { first_name = $"Racer {racer}", email = InCaseOf(racer, Address) })));

        var winner = Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer != winner), loser =>
            Assert.Equal("email_taken", (string)loser.MustRefuse(("/email", "email_taken")).Json["code"]!));
        var users = (await service.GetAsync("/user")).MustBe(200).Json["results"]!.AsArray();
        Assert.Single(users)!.AsObject().MustEqual(winner.Json);
    }

    [Fact]
    public async Task An_email_that_comes_and_goes_never_fails_a_request()
    {
        const string Address = "ada.comes.and.goes@example.org";
        async Task ComeAndGoAsync()
        {
            for (var round = 0; round < 60; round++)
            {
                var answer = await service.PostAsync("/user", new { email = Address });
                if (answer.Status == 201)
                {
                    (await service.DeleteAsync($"/user/{answer.Json.Id()}")).MustBe(204);
                }
                else
                {
                    answer.MustRefuse(("/email", "email_taken"));
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ComeAndGoAsync()));

        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task One_of_racing_user_lists_of_a_group_wins_completely()
    {
        var users = await service.CreateUsersAsync(24);
        var group = (await service.CreateGroupAsync()).Id();

        for (var round = 0; round < 5; round++)
        {
            // Each list shares most of its users with the next one.
            var lists = Enumerable.Range(0, 12).Select(writer => users.Skip(writer).Take(12).ToArray()).ToArray();
            var answers = await Task.WhenAll(lists.Select(list => service.PatchAsync($"/auth/group/{group}", new { users = list })));

            Assert.All(answers.Zip(lists), pair => Assert.Equal(pair.Second, pair.First.MustBe(200).Json.Ids("users")));
            Assert.Contains((await service.ReadGroupAsync(group)).Ids("users"), lists);
            await AssertBothSidesAgreeAsync();
        }
    }

    [Fact]
    public async Task One_of_racing_group_lists_of_a_user_wins_completely()
    {
        var groups = await service.CreateGroupsAsync(48);
        var user = (await service.CreateUserAsync()).Id();

        for (var round = 0; round < 5; round++)
        {
            var lists = Enumerable.Range(0, 24).Select(writer => groups.Skip(writer).Take(24).ToArray()).ToArray();
            var answers = await Task.WhenAll(lists.Select(list => service.PatchAsync($"/user/{user}", new { user_groups = list })));

            Assert.All(answers.Zip(lists), pair => Assert.Equal(pair.Second, pair.First.MustBe(200).Json.Ids("user_groups")));
            Assert.Contains((await service.ReadUserAsync(user)).Ids("user_groups"), lists);
            await AssertBothSidesAgreeAsync();
        }
    }

    [Fact]
    public async Task Racing_changes_of_different_groups_with_the_same_users_all_succeed()
    {
        var users = await service.CreateUsersAsync(12);
        var groups = await service.CreateGroupsAsync(8);
        var random = new Random(20261123);

        for (var round = 0; round < 10; round++)
        {
            // Each list has its own order. Writers that lock in the given order would deadlock.
            var lists = groups.ToDictionary(group => group, _ => random.GetItems(users, 9).Distinct().ToArray());
            var answers = await Task.WhenAll(
                groups.Select(group => service.PatchAsync($"/auth/group/{group}", new { users = lists[group] })));

            Assert.All(answers, answer => answer.MustBe(200));
            foreach (var group in groups)
            {
                Assert.Equal(lists[group].Order(StringComparer.Ordinal), (await service.ReadGroupAsync(group)).Ids("users"));
            }
        }

        await AssertBothSidesAgreeAsync();
    }

    [Fact]
    public async Task Both_sides_agree_after_a_race_of_all_kinds_of_writes()
    {
        var users = await service.CreateUsersAsync(16);
        var groups = await service.CreateGroupsAsync(16);
        var random = new Random(20261123);
        Task<Answer> Act(int number) => (number % 8) switch
        {
            0 or 1 => service.PatchAsync($"/auth/group/{Any(groups)}", new { users = Some(users) }),
            2 or 3 => service.PatchAsync($"/user/{Any(users)}", new { user_groups = Some(groups) }),
            4 => service.PostAsync("/user", new { user_groups = Some(groups) }),
            5 => service.PostAsync("/auth/group", new { users = Some(users) }),
            6 => service.DeleteAsync($"/user/{Any(users[..8])}"),
            _ => service.DeleteAsync($"/auth/group/{Any(groups[..8])}"),
        };
        string Any(string[] ids) => ids[random.Next(ids.Length)];
        string[] Some(string[] ids) => random.GetItems(ids, 3);

        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(Act));

            Assert.All(answers, answer => Assert.True(
                answer.Status is 200 or 201 or 204 or 404 || IsRefusedForUnknownIds(answer), answer.ToString()));
            await AssertBothSidesAgreeAsync();
        }
    }

    [Fact]
    public async Task Exactly_one_of_racing_requests_adds_or_removes_a_member()
    {
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());

        for (var round = 0; round < 10; round++)
        {
            var property = round % 2 == 0 ? "add" : "remove";
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => service.PatchAsync(
                $"/auth/group/{group}/users", new Dictionary<string, string[]> { [property] = [user] })));

            Assert.Equal(1, answers.Sum(answer => (int)answer.MustBe(200).Json[round % 2 == 0 ? "added" : "removed"]!));
            Assert.Equal(11, answers.Sum(answer => (int)answer.Json["unchanged"]!));
        }

        Assert.Equal(1 + 10, await service.CountAsync("/auth/audit", $"resource={group}"));
    }

    [Fact]
    public async Task Both_sides_and_the_audit_agree_after_racing_changes_of_members_and_users()
    {
        var users = await service.CreateUsersAsync(24);
        var groups = await service.CreateGroupsAsync(4);
        var random = new Random(20261123);
        Task<Answer> Act(int number)
        {
            var (group, some) = (groups[random.Next(4)], random.GetItems(users, 6).Distinct().ToArray());
            return (number % 10) switch
            {
                0 or 1 or 2 => service.PutAsync($"/auth/group/{group}/users/{some[0]}"),
                3 or 4 => service.DeleteAsync($"/auth/group/{group}/users/{some[0]}"),
                5 or 6 => service.PatchAsync($"/auth/group/{group}/users", new { add = some[1..], remove = some[..1] }),
                7 => service.PatchAsync($"/auth/group/{group}", new { users = some }),
                8 => service.PatchAsync($"/user/{some[0]}", new { user_groups = random.GetItems(groups, 2) }),
                _ => service.DeleteAsync($"/user/{users[random.Next(12)]}"),
            };
        }

        for (var round = 0; round < 6; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(Act));

            Assert.All(answers, answer => Assert.True(
                answer.Status is 200 or 204 or 404 || IsRefusedForUnknownIds(answer), answer.ToString()));
            await AssertBothSidesAgreeAsync();
        }

        var members = (await service.GetAsync("/auth/group?page_size=200")).MustBe(200).Json;
        Assert.Equal(
            Memberships(members, "users").Select(pair => (User: pair.Other, Group: pair.Id)).Order(),
            (await ReplayAsync()).Order());
    }

    [Fact]
    public async Task Racing_changes_of_different_properties_of_a_user_all_survive()
    {
        var group = (await service.CreateGroupAsync()).Id();
        for (var round = 0; round < 20; round++)
        {
            var id = (await service.CreateUserAsync(new { email = $"round{round}@example.org" })).Id();

            var answers = await Task.WhenAll(
                service.PatchAsync($"/user/{id}", new { first_name = "Grace" }),
                service.PatchAsync($"/user/{id}", new { last_name = "Hopper" }),
                service.PatchAsync($"/user/{id}", new { role = "admin" }),
                service.PatchAsync($"/user/{id}", new { user_groups = new[] { group } }));

            Assert.All(answers, answer => answer.MustBe(200));
            var user = await service.ReadUserAsync(id);
            Assert.Equal(("Grace", "Hopper", "admin"), ((string)user["first_name"]!, (string)user["last_name"]!, (string)user["role"]!));
            Assert.Equal([group], user.Ids("user_groups"));
            Assert.Equal(user.UpdatedAt(), answers.Max(answer => answer.Json.UpdatedAt()));
        }
    }

    [Fact]
    public async Task Exactly_one_of_racing_deletes_finds_the_resource()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync(new { users = new[] { user } })).Id();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(_ => new[]
        {
            service.DeleteAsync($"/user/{user}"), service.DeleteAsync($"/auth/group/{group}"),
        }));

        Assert.Equal(2, answers.Count(answer => answer.Status == 204));
        Assert.Equal(18, answers.Count(answer => answer.Status == 404));
    }

    /// <summary>Returns the memberships that follow from all audit entries in order.</summary>
    private async Task<HashSet<(string User, string Group)>> ReplayAsync()
    {
        var entries = new List<JsonObject>();
        for (var link = "/auth/audit?page_size=200"; link is not null;)
        {
            var page = (await service.GetAsync(link)).MustBe(200).Json;
            entries.AddRange(page["results"]!.AsArray().Select(entry => entry!.AsObject()));
            link = (string?)page["links"]!["next"];
        }

        var members = new HashSet<(string User, string Group)>();
        foreach (var entry in Enumerable.Reverse(entries))
        {
            var id = (string)entry["resource_id"]!;
            (string User, string Group) Pair(string other) => (string)entry["resource"]! == "users" ? (id, other) : (other, id);
            Assert.All(entry.Ids("removed"), other => Assert.True(members.Remove(Pair(other)), "A membership ends that did not exist."));
            Assert.All(entry.Ids("added"), other => Assert.True(members.Add(Pair(other)), "A membership begins that already exists."));
        }

        return members;
    }

    private static string InCaseOf(int racer, string address) => string.Concat(
        address.Select((letter, place) => (racer >> (place % 6) & 1) == 1 ? char.ToUpperInvariant(letter) : letter));

    private static bool IsRefusedForUnknownIds(Answer answer) =>
        answer.Status == 400 && (string)answer.Json["code"]! is "unknown_user" or "unknown_user_group";

    private async Task AssertBothSidesAgreeAsync()
    {
        var users = (await service.GetAsync("/user?page_size=200")).MustBe(200).Json;
        var groups = (await service.GetAsync("/auth/group?page_size=200")).MustBe(200).Json;
        Assert.Null(users["links"]!["next"]);
        Assert.Null(groups["links"]!["next"]);

        Assert.Equal(
            Memberships(groups, "users").Select(pair => (User: pair.Other, Group: pair.Id)).Order(),
            Memberships(users, "user_groups").Select(pair => (User: pair.Id, Group: pair.Other)).Order());
    }

    private static IEnumerable<(string Id, string Other)> Memberships(JsonObject list, string property) =>
        from row in list["results"]!.AsArray().Select(row => row!.AsObject())
        from other in row.Ids(property)
        select (row.Id(), other);
}
