using System.Net.Http.Headers;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class ExportUsersTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Header = "email,first_name,last_name,role,user_groups\r\n";

    // More data than the buffers between the service and a client that does not read.
    private const int LargeGroups = 8000;

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("", "text/csv; charset=utf-8", "users.csv", Header)]
    [InlineData("?format=ndjson", "application/x-ndjson", "users.ndjson", "{\"resource\":\"events\",\"next\":\"(token)\"}\n")]
    public async Task An_empty_workspace_gives_a_file_without_rows(string query, string type, string name, string content)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/user/export{query}");
        using var response = await service.Client.SendAsync(request);
        var answer = (await Answer.ReadAsync(request, response)).MustBe(200);

        Assert.Equal(content.Replace("(token)", answer.Headers.GetValues("Events-Next").Single(), StringComparison.Ordinal), answer.Text);
        Assert.Equal(type, answer.ContentType);
        var disposition = response.Content.Headers.ContentDisposition!;
        Assert.Equal(("attachment", name), (disposition.DispositionType, disposition.FileName));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Headers.ETag);
    }

    [Fact]
    public async Task Csv_has_every_user_as_stored_sorted_by_id()
    {
        var odd = await CreateGroupAsync(@"a;b\c");
        var plain = await CreateGroupAsync("Plain, \"quoted\"");
        await service.CreateUserAsync(new
        {
            email = "Ada@Example.org",
            first_name = "=1+1",
            last_name = "O'Hara, \"Jr\"",
            role = "editor",
            user_groups = new[] { plain, odd },
        });
        await service.CreateUserAsync(new { first_name = "-", last_name = "'@" });
        await service.CreateUserAsync(new { email = "e@x", first_name = "É 👩‍🚀", role = "guest", user_groups = new[] { odd } });
        await service.CreateUserAsync(new { email = "+n@x", last_name = "a;b", role = "admin" });

        Assert.Equal(
            Header
                + "Ada@Example.org,=1+1,\"O'Hara, \"\"Jr\"\"\",editor,\"a\\;b\\\\c;Plain, \"\"quoted\"\"\"\r\n"
                + ",-,'@,viewer,\r\n"
                + "e@x,É 👩‍🚀,,guest,a\\;b\\\\c\r\n"
                + "+n@x,,a;b,admin,\r\n",
            (await ExportAsync("?format=csv")).MustBe(200).Text);
    }

    [Fact]
    public async Task Excel_safe_csv_has_a_byte_order_mark_and_an_apostrophe_before_formulas()
    {
        var group = await CreateGroupAsync("@all");
        await service.CreateUserAsync(new { email = "+n@x", first_name = "=1+1", last_name = "-2", user_groups = new[] { group } });
        await service.CreateUserAsync(new { email = "n@x", first_name = "a=1", last_name = "'=1" });

        var file = (await ExportAsync("?excel_safe=true")).MustBe(200).Text;

        Assert.Equal('\uFEFF', file[0]);
        Assert.Equal(
            [",'+n@x,'=1+1,'-2,viewer,'@all", ",n@x,a=1,'=1,viewer,"],
            file.Split("\r\n")[1..^1].Select(line => $",{line.Replace("\"", "", StringComparison.Ordinal)}"));
    }

    [Fact]
    public async Task A_group_is_written_by_its_name_if_the_name_identifies_it_and_else_by_its_id()
    {
        var unique = await CreateGroupAsync("Émile");
        var cased = await CreateGroupAsync("emile");
        var twin = await CreateGroupAsync("Twins");
        var otherTwin = await CreateGroupAsync("Twins");
        var nameless = (await service.CreateGroupAsync(new { icon = "x" })).Id();
        var disguised = await CreateGroupAsync(twin.ToUpperInvariant());
        string[] groups = [unique, cased, twin, otherTwin, nameless, disguised];
        await service.CreateUserAsync(new { email = "a@x", user_groups = groups });
        await service.CreateUserAsync(new { email = "b@x", user_groups = new[] { otherTwin } });

        Assert.Equal(
            $"{Header}a@x,,,viewer,Émile;emile;{string.Join(';', groups[2..])}\r\nb@x,,,viewer,{otherTwin}\r\n",
            (await ExportAsync("")).MustBe(200).Text);
    }

    [Fact]
    public async Task Ndjson_has_all_groups_without_users_and_then_all_users_as_the_api_shows_them()
    {
        var groups = await service.CreateGroupsAsync(2);
        await service.PatchAsync(
            $"/auth/group/{groups[0]}", new { name = "Ω <&> 'quoted\"", description = "two\nlines\t👩‍🚀", icon = "=1" });
        var users = await service.CreateUsersAsync(2);
        await service.PatchAsync($"/user/{users[0]}", new { user_groups = groups, last_name = "Lovelace", role = "admin" });

        var export = (await ExportAsync("?format=ndjson")).MustBe(200);
        var lines = export.Text.Split('\n');

        List<string> expected = [];
        foreach (var id in groups)
        {
            expected.Add(await LineAsync("user_groups", $"/auth/group/{id}?fields=id,name,icon,description,created_at,updated_at"));
        }

        foreach (var id in users)
        {
            expected.Add(await LineAsync("users", $"/user/{id}"));
        }

        var token = Assert.Single(export.Headers.GetValues("Events-Next"));
        Assert.Equal([.. expected, $$"""{"resource":"events","next":"{{token}}"}""", ""], lines);
    }

    [Theory]
    [InlineData("?format=ndjson")]
    [InlineData("?excel_safe=true")]
    public async Task Head_answers_the_headers_without_an_export(string query)
    {
        await service.CreateUserAsync();
        using var whole = await service.Client.GetAsync($"/user/export{query}");
        await service.ExecuteAsync("ALTER TABLE users RENAME TO elsewhere");
        try
        {
            using var head = await service.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/user/export{query}"));

            Assert.Equal((200, 200), ((int)whole.StatusCode, (int)head.StatusCode));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            Assert.Equal(Headers(whole.Content.Headers), Headers(head.Content.Headers));
            // Only an export has a place in the feed of events.
            Assert.True(whole.Headers.Remove("Events-Next"));
            Assert.Equal(Headers(whole.Headers), Headers(head.Headers));
        }
        finally
        {
            await service.ExecuteAsync("ALTER TABLE elsewhere RENAME TO users");
        }
    }

    [Theory]
    [InlineData("admin", "?excel_safe=true&format=ndjson", 400)]
    [InlineData("admin", "?format=xml", 400)]
    [InlineData("guest", "", 403)]
    public async Task Head_is_refused_whenever_get_is(string role, string query, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, $"/user/export{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await service.CreateTokenAsync(role));

        (await ExportAsync(request)).MustBe(status);
    }

    [Theory]
    [InlineData("application/x-ndjson", "", "application/x-ndjson")]
    [InlineData("APPLICATION/X-NDJSON", "", "application/x-ndjson")]
    [InlineData("text/csv;q=0.5, application/x-ndjson", "", "application/x-ndjson")]
    [InlineData("application/x-ndjson;q=0.5, text/*", "", "text/csv; charset=utf-8")]
    [InlineData("application/x-ndjson;q=0, */*;q=0.1", "", "text/csv; charset=utf-8")]
    [InlineData("text/csv;q=0, */*", "", "application/x-ndjson")]
    [InlineData("text/csv;q=0.1, */*", "", "application/x-ndjson")]
    [InlineData("text/csv;charset=utf-8, application/x-ndjson;q=0.5", "", "text/csv; charset=utf-8")]
    [InlineData("application/x-ndjson, text/csv", "", "application/x-ndjson")]
    [InlineData("text/*;q=0, */*", "", "application/x-ndjson")]
    [InlineData("text/csv;q=0", "", "application/x-ndjson")]
    [InlineData("*/*;q=0, application/x-ndjson", "", "application/x-ndjson")]
    [InlineData("*/*;q=0", "", "text/csv; charset=utf-8")]
    [InlineData("*/*", "", "text/csv; charset=utf-8")]
    [InlineData("application/json", "", "text/csv; charset=utf-8")]
    [InlineData("text/csv", "?format=ndjson", "application/x-ndjson")]
    [InlineData("application/x-ndjson", "?format=csv", "text/csv; charset=utf-8")]
    public async Task The_format_follows_from_the_parameter_or_else_from_Accept(string accept, string query, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/user/export{query}");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        Assert.Equal(type, (await ExportAsync(request)).MustBe(200).ContentType);
    }

    [Theory]
    [InlineData("format=xml", "format", "invalid_format")]
    [InlineData("format=CSV", "format", "invalid_format")]
    [InlineData("format=", "format", "invalid_format")]
    [InlineData("format=csv&format=csv", "format", "invalid_format")]
    [InlineData("excel_safe=1", "excel_safe", "invalid_boolean")]
    [InlineData("excel_safe=", "excel_safe", "invalid_boolean")]
    [InlineData("excel_safe=true&format=ndjson", "excel_safe", "csv_only")]
    [InlineData("excelsafe=true", "excelsafe", "unknown_parameter")]
    [InlineData("page=1", "page", "unknown_parameter")]
    public async Task An_invalid_parameter_is_refused(string query, string parameter, string code) =>
        Assert.Equal(code, (string)(await service.GetAsync($"/user/export?{query}")).MustRefuseParameters(parameter).Json["code"]!);

    [Fact]
    public async Task A_viewer_may_export()
    {
        (await service.SendAsAsync(null, HttpMethod.Get, "/user/export")).MustBe(401);
        (await service.SendAsAsync(await service.CreateTokenAsync("viewer"), HttpMethod.Get, "/user/export")).MustBe(200);
        var refused = (await service.SendAsAsync(await service.CreateTokenAsync("guest"), HttpMethod.Get, "/user/export")).MustBe(403);
        Assert.Equal("viewer_required", (string)refused.Json["code"]!);
    }

    [Fact]
    public async Task An_export_shows_one_moment_and_delays_no_writer()
    {
        var groups = await service.CreateGroupsAsync(2);
        await SeedLargeGroupsAsync();
        var users = await service.CreateUsersAsync(3);
        await service.PatchAsync($"/user/{users[0]}", new { user_groups = new[] { groups[0] } });
        List<string> before = [];
        foreach (var id in users)
        {
            before.Add(await LineAsync("users", $"/user/{id}"));
        }

        // The export has begun. It cannot reach the users before the client has read the groups.
        using var response = await BeginAsync();
        (await service.PatchAsync($"/user/{users[0]}", new { user_groups = new[] { groups[1] }, first_name = "Moved" })).MustBe(200);
        (await service.PatchAsync($"/auth/group/{groups[1]}", new { users })).MustBe(200);
        (await service.DeleteAsync($"/user/{users[1]}")).MustBe(204);
        (await service.DeleteAsync($"/auth/group/{groups[0]}")).MustBe(204);
        await service.CreateUserAsync(new { first_name = "Late" });
        var lines = (await response.Content.ReadAsStringAsync().WithinLimitAsync()).Split('\n');

        Assert.Equal(before, lines.Where(line => line.StartsWith("{\"resource\":\"users\"", StringComparison.Ordinal)));
        Assert.Equal(LargeGroups + 2, lines.Count(line => line.StartsWith("{\"resource\":\"user_groups\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_export_that_breaks_off_is_never_a_complete_answer()
    {
        await SeedLargeGroupsAsync();
        using var response = await BeginAsync();

        Assert.Equal(1L, await service.ExecuteAsync(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT g.id%'
            """));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync().WithinLimitAsync());
    }

    [Fact]
    public async Task The_end_of_a_client_ends_the_transaction_of_its_export()
    {
        await SeedLargeGroupsAsync();
        (await BeginAsync()).Dispose();

        await Eventually.BeAsync(async () => await service.ExecuteAsync(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND query LIKE 'SELECT g.id%'
            """) is 0L);

        (await ExportAsync("")).MustBe(200);
    }

    [Fact]
    public async Task Clients_that_do_not_read_leave_connections_for_others()
    {
        await SeedLargeGroupsAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BeginAsync()));
        try
        {
            var refused = (await ExportAsync("")).MustBe(503);

            Assert.Equal("too_many_exports", (string)refused.Json["code"]!);
            Assert.NotNull(refused.Headers.RetryAfter);
            // The last line has the token of the feed of events.
            Assert.Equal(LargeGroups + 1, (await clients[0].Content.ReadAsStringAsync().WithinLimitAsync()).Split('\n').Length - 1);
            await Eventually.BeAsync(async () => await ExportAsync("") is not { Status: 503 });
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_small_connection_pool_has_fewer_exports()
    {
        await SeedLargeGroupsAsync();
        await using var small = await TestService.StartAsync($"{service.ConnectionString};Maximum Pool Size=8");
        var clients = new List<HttpResponseMessage>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await small.Client.GetAsync("/user/export?format=ndjson", HttpCompletionOption.ResponseHeadersRead));
        }

        Assert.Equal([200, 200, 503], clients.Select(client => (int)client.StatusCode));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_failure_before_the_first_byte_is_a_problem_document()
    {
        await service.ExecuteAsync("ALTER TABLE memberships RENAME TO elsewhere");
        try
        {
            Assert.Equal("database_unavailable", (string)(await ExportAsync("")).MustBe(503).Json["code"]!);
        }
        finally
        {
            await service.ExecuteAsync("ALTER TABLE elsewhere RENAME TO memberships");
        }
    }

    private async Task<Answer> ExportAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await service.Client.SendAsync(request);
            return await Answer.ReadAsync(request, response);
        }
    }

    private Task<Answer> ExportAsync(string query) => ExportAsync(new HttpRequestMessage(HttpMethod.Get, $"/user/export{query}"));

    // Reads the head of the answer. The service sends only as much of the body as the buffers hold.
    private async Task<HttpResponseMessage> BeginAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user/export");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
        var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }

    // Leaves out the headers of the moment and of the transfer.
    private static IEnumerable<string> Headers(HttpHeaders headers) => headers
        .Where(header => header.Key is not ("Date" or "Transfer-Encoding" or "X-Request-ID"))
        .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
        .Order(StringComparer.Ordinal);

    private async Task<string> LineAsync(string resource, string path) =>
        $"{{\"resource\":\"{resource}\",{(await service.GetAsync(path)).MustBe(200).Text[1..]}";

    private async Task<string> CreateGroupAsync(string name) => (await service.CreateGroupAsync(new { name })).Id();

    private async Task SeedLargeGroupsAsync() => await service.ExecuteAsync(
        $"""
        INSERT INTO user_groups (id, description)
        SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, repeat('x', 4000) FROM generate_series(1, {LargeGroups})
        """);
}
