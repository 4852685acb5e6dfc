using System.Collections.Concurrent;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>A client can safely repeat a request that creates a resource with the same Idempotency-Key.</summary>
public sealed class IdempotencyTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    public static TheoryData<string> Nouns => ["/user", "/auth/group"];

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_repeated_request_gets_the_first_answer_even_after_the_resource_changed(string list)
    {
        string[] members = [await CreateMemberAsync(list), await CreateMemberAsync(list)];
        var (key, body) = (NewKey(), Described(list, "é😀 \"1\"", members, email: "ada.again@example.org"));
        var first = (await PostAsync(list, key, body)).MustBe(201);
        var path = $"{list}/{first.Json.Id()}";

        await AssertAnsweredAgainAsync();
        (await service.PatchAsync(path, Described(list, "2", []))).MustBe(200);
        await AssertAnsweredAgainAsync();
        (await service.DeleteAsync(path)).MustBe(204);
        await AssertAnsweredAgainAsync();
        (await service.GetAsync(path)).MustBe(404);

        async Task AssertAnsweredAgainAsync()
        {
            foreach (var prefix in new[] { "", "/api/v1" })
            {
                var again = (await PostAsync(prefix + list, key, body)).MustBe(201);
                Assert.Equal(first.Text, again.Text);
                Assert.Equal(first.Headers.ETag, again.Headers.ETag);
                Assert.Equal($"{service.BaseAddress}{prefix}{path}", $"{again.Headers.Location}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task Exactly_one_of_50_racing_requests_with_one_key_creates_a_resource(string list)
    {
        var (key, name) = (NewKey(), NewKey());
        var body = Described(list, name, [await CreateMemberAsync(list)]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PostAsync(list, key, body)));

        var created = answers.Where(answer => answer.Status == 201).Select(answer => answer.Text).ToList();
        Assert.Single(created.Distinct());
        Assert.All(answers.Where(answer => answer.Status != 201), AssertInUse);
        Assert.Equal(1, await CountAsync(list, name));
        Assert.Equal(created[0], (await PostAsync(list, key, body)).MustBe(201).Text);
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_key_cannot_be_used_for_another_request(string list)
    {
        var (key, name) = (NewKey(), NewKey());
        (await PostAsync(list, key, Described(list, "1"))).MustBe(201);

        var refused = (await PostAsync(list, key, Described(list, name))).MustBe(422);

        Assert.Equal("idempotency_key_reused", (string)refused.Json["code"]!);
        Assert.Equal(0, await CountAsync(list, name));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_second_request_is_refused_at_once_while_the_first_is_running(string list)
    {
        var (key, name, member) = (NewKey(), NewKey(), await CreateMemberAsync(list));
        var body = Described(list, name, [member]);
        var turn = await HoldAsync(list, member);
        var first = PostAsync(list, key, body);
        await Eventually.BeAsync(async () => await CountWaitingAsync() == 1);

        AssertInUse(await PostAsync(list, key, body));
        AssertInUse(await PostAsync(list, key, Described(list, "other")));

        Assert.False(first.IsCompleted);
        await turn.DisposeAsync();
        var answer = (await first).MustBe(201);
        Assert.Equal(answer.Text, (await PostAsync(list, key, body)).MustBe(201).Text);
        Assert.Equal(1, await CountAsync(list, name));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_refused_request_can_succeed_later_with_the_same_key(string list)
    {
        var (key, name, member) = (NewKey(), NewKey(), $"{Guid.CreateVersion7()}");
        var body = Described(list, name, [member]);
        (await PostAsync(list, key, body)).MustBe(400);

        await service.ExecuteAsync(list == "/user"
            ? $"INSERT INTO user_groups (id) VALUES ('{member}')"
            : $"INSERT INTO users (id, role) VALUES ('{member}', 'guest')");

        var created = (await PostAsync(list, key, body)).MustBe(201);
        Assert.Equal(created.Text, (await PostAsync(list, key, body)).MustBe(201).Text);
        Assert.Equal(1, await CountAsync(list, name));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_request_without_a_key_does_not_use_the_records_of_keys(string list)
    {
        await service.ExecuteAsync("ALTER TABLE idempotency_records RENAME TO hidden");
        try
        {
            (await service.PostAsync(list, Described(list, "1"))).MustBe(201);
        }
        finally
        {
            await service.ExecuteAsync("ALTER TABLE hidden RENAME TO idempotency_records");
        }
    }

    [Fact]
    public async Task The_creation_of_an_API_key_takes_no_idempotency_key()
    {
        var name = NewKey();

        var refused = (await PostAsync("/auth/key", NewKey(), new { name, role = "viewer" })).MustRefuseParameters("Idempotency-Key");

        Assert.Equal("unsupported", (string)refused.Json["code"]!);
        Assert.Equal(0L, await service.ExecuteAsync($"SELECT count(*) FROM api_keys WHERE name = '{name}'"));
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("~!;=", "\"~!;=\"")]
    [InlineData(@"back\slash", @"""back\\slash""")]
    public async Task A_key_is_the_same_with_and_without_quotes(string bare, string quoted)
    {
        var body = Described("/user", "1");

        var first = (await PostAsync("/user", bare, body)).MustBe(201);

        Assert.Equal(first.Text, (await PostAsync("/user", quoted, body)).MustBe(201).Text);
        Assert.Equal(bare, await service.ExecuteAsync($"SELECT key FROM idempotency_records WHERE key = '{bare}'"));
    }

    [Theory]
    [InlineData("\"a,b\"", "a,b")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"say\\\"yes\\\"\"", "say\"yes\"")]
    public async Task A_quoted_key_can_have_more_characters(string header, string key)
    {
        (await PostAsync("/user", header, Described("/user", "1"))).MustBe(201);

        Assert.Equal(key, await service.ExecuteAsync($"SELECT key FROM idempotency_records WHERE key = '{key}'"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"a")]
    [InlineData("a\"")]
    [InlineData("a b")]
    [InlineData("a, b")]
    [InlineData("a,b")]
    [InlineData("\"a\", \"b\"")]
    [InlineData("\"a\";b=1")]
    [InlineData(@"""a\b""")]
    public Task An_invalid_key_is_refused(string header) => AssertInvalidKeyAsync(header);

    [Fact]
    public async Task A_key_has_at_most_255_characters()
    {
        (await PostAsync("/user", new string('k', 255), Described("/user", "1"))).MustBe(201);
        (await PostAsync("/user", $"\"{Bodies.Repeat("\\\\", 255)}\"", Described("/user", "1"))).MustBe(201);
        await AssertInvalidKeyAsync(new string('k', 256));
        await AssertInvalidKeyAsync($"\"{new string('k', 256)}\"");
    }

    [Theory]
    [InlineData("idempotency")]
    [InlineData("idempotency_key")]
    [InlineData("fingerprint")]
    public async Task A_key_in_the_body_is_refused(string property) =>
        (await service.PostAsync("/user", Bodies.With(property, "x"))).MustRefuse(($"/{property}", "unknown_property"));

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task The_same_key_of_two_callers_does_not_collide(string list)
    {
        var (key, name) = (NewKey(), NewKey());
        await service.ExecuteAsync(
            $"INSERT INTO idempotency_records (actor, key, fingerprint, answer) VALUES ('somebody else', '{key}', '\\x00', '{{}}')");

        var created = (await PostAsync(list, key, Described(list, name))).MustBe(201);

        Assert.Equal(created.Text, (await PostAsync(list, key, Described(list, name))).MustBe(201).Text);
        Assert.Equal(2L, await service.ExecuteAsync($"SELECT count(*) FROM idempotency_records WHERE key = '{key}'"));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_key_expires_after_24_hours(string list)
    {
        var (key, body) = (NewKey(), Described(list, "1"));
        var first = (await PostAsync(list, key, body)).MustBe(201);
        await AgeAsync(key, "23 hours 59 minutes");
        Assert.Equal(first.Text, (await PostAsync(list, key, body)).MustBe(201).Text);
        await AgeAsync(key, "24 hours");

        var second = (await PostAsync(list, key, body)).MustBe(201);
        Assert.NotEqual(first.Json.Id(), second.Json.Id());
        Assert.Equal(second.Text, (await PostAsync(list, key, body)).MustBe(201).Text);
        await AgeAsync(key, "24 hours");
        (await PostAsync(list, key, Described(list, "other"))).MustBe(201);
    }

    [Fact]
    public async Task Expired_records_are_removed_in_the_background_unless_they_are_in_use()
    {
        var (kept, held) = (NewKey(), NewKey());
        await service.ExecuteAsync(
            $$"""
            INSERT INTO idempotency_records (actor, key, fingerprint, answer, created_at)
            SELECT 'anonymous', key, '\x00', '{}', now() - age::interval
            FROM (
                SELECT 'expired ' || n, '25 hours' FROM generate_series(1, 2500) AS n UNION ALL
                VALUES ('{{held}}', '25 hours'), ('{{kept}}', '23 hours')) AS aged (key, age)
            """);
        await using var writer = await BeginAsync($"UPDATE idempotency_records SET created_at = now() WHERE key = '{held}'");

        await using var another = await TestService.StartAsync(service.ConnectionString);

        await Eventually.BeAsync(async () => 1L == (long)(await service.ExecuteAsync(
            "SELECT count(*) FROM idempotency_records WHERE created_at < now() - interval '24 hours'"))!);
        Assert.Equal(2L, await service.ExecuteAsync($"SELECT count(*) FROM idempotency_records WHERE key IN ('{held}', '{kept}')"));
        Assert.Equal(0, await CountWaitingAsync());
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task Every_request_to_a_killed_service_has_one_effect_after_a_retry(string list)
    {
        var (run, member) = (NewKey(), await CreateMemberAsync(list));
        var answered = new ConcurrentDictionary<string, string?>();
        await using (var killed = await ServiceProcess.StartAsync(service.ConnectionString))
        {
            var clients = Task.WhenAll(Enumerable.Range(0, 8).Select(client => SendUntilGoneAsync(killed.Client, client)));
            await Eventually.BeAsync(() => Task.FromResult(answered.Values.Count(text => text is not null) >= 200));
            await killed.KillAsync();
            await clients.WithinLimitAsync();
        }

        await using var next = await TestService.StartAsync(service.ConnectionString);
        foreach (var (name, text) in answered)
        {
            // A request of the killed service can go on in the database for a moment.
            Answer answer = null!;
            await Eventually.BeAsync(async () =>
                (answer = await PostAsync(next.Client, list, name, Described(list, name, [member]))).Status != 409);
            answer.MustBe(201);
            Assert.Equal(text ?? answer.Text, answer.Text);
        }

        Assert.Contains(answered, sent => sent.Value is null);
        Assert.Equal(answered.Count, await CountAsync(list, $"{run}-%"));
        async Task SendUntilGoneAsync(HttpClient client, int number)
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    var name = $"{run}-{number}-{i}";
                    answered[name] = null;
                    answered[name] = (await PostAsync(client, list, name, Described(list, name, [member]))).MustBe(201).Text;
                }
            }
            catch (HttpRequestException)
            {
                // The service has been killed.
            }
        }
    }

    private static string NewKey() => $"{Guid.NewGuid()}";

    private static object Described(string list, string name, string[]? members = null, string? email = null) => list switch
    {
        "/user" when email is not null => new { last_name = name, user_groups = members ?? [], email },
        "/user" => new { last_name = name, user_groups = members ?? [] },
        _ => new { name, users = members ?? [] },
    };

    private static void AssertInUse(Answer answer)
    {
        Assert.Equal("idempotency_key_in_use", (string)answer.MustBe(409).Json["code"]!);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private static HttpRequestMessage Post(string path, string key, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = ServiceFixture.ToContent(body) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }

    private static async Task<Answer> PostAsync(HttpClient client, string path, string key, object body)
    {
        using var request = Post(path, key, body);
        using var response = await client.SendAsync(request);
        return await Answer.ReadAsync(request, response);
    }

    private Task<Answer> PostAsync(string path, string key, object body) => service.SendAsync(Post(path, key, body));

    private async Task AssertInvalidKeyAsync(string header) => Assert.Equal(
        "invalid_idempotency_key",
        (string)(await PostAsync("/user", header, Described("/user", "1"))).MustRefuseParameters("Idempotency-Key").Json["code"]!);

    private async Task<string> CreateMemberAsync(string list) =>
        (list == "/user" ? await service.CreateGroupAsync() : await service.CreateUserAsync()).Id();

    private async Task<long> CountAsync(string list, string name) => (long)(await service.ExecuteAsync(list == "/user"
        ? $"SELECT count(*) FROM users WHERE last_name LIKE '{name}'"
        : $"SELECT count(*) FROM user_groups WHERE name LIKE '{name}'"))!;

    private Task<object?> AgeAsync(string key, string age) =>
        service.ExecuteAsync($"UPDATE idempotency_records SET created_at = now() - interval '{age}' WHERE key = '{key}'");

    /// <summary>Locks the member. Requests with it wait until the connection is disposed.</summary>
    private Task<NpgsqlConnection> HoldAsync(string list, string member) =>
        BeginAsync($"SELECT FROM {(list == "/user" ? "user_groups" : "users")} WHERE id = '{member}' FOR UPDATE");

    private async Task<NpgsqlConnection> BeginAsync(string sql)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(service.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<long> CountWaitingAsync() => (long)(await service.ExecuteAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))!;
}
