using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.ImportJobs;

/// <summary>Imports with <c>async=true</c>, and the state of their jobs.</summary>
public sealed class GetImportJobByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Ndjson = "application/x-ndjson";
    private const string CountStored = "SELECT (SELECT count(*) FROM import_jobs) || ' ' || (SELECT count(*) FROM import_job_chunks)";

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => service.MustCountRightAsync("after a job");

    [Fact]
    public async Task A_job_waits_runs_and_succeeds_with_the_result_of_an_import()
    {
        await service.CreateUserAsync(new { email = "ada@example.org", first_name = "Ada" });
        Answer accepted;
        string path;
        await using (await ImportTurn.TakeAsync(service.ConnectionString))
        {
            accepted = await service.StartJobAsync("email,first_name\nada@example.org,Augusta\ngrace@example.org,Grace\n\n,\n");
            path = $"/import/{accepted.MustBe(202).Json.Id()}";

            Assert.Equal($"{service.BaseAddress}{path}", $"{accepted.Headers.Location}");
            Assert.Equal(accepted.Text, (await service.GetAsync(path)).MustBe(200).Text);
            Assert.Equal(("waiting", "Users_import"), ((string)accepted.Json["state"]!, (string)accepted.Json["operation"]!));
            Assert.Equal(("", "", ""), ($"{accepted.Json["started_at"]}", $"{accepted.Json["result"]}", $"{accepted.Json["report"]}"));
            Assert.Equal(1, await service.CountAsync("/user"));
        }

        await using (await ImportTurn.LockUsersAsync(service.ConnectionString))
        {
            await Eventually.BeAsync(async () => (long)(await service.GetAsync(path)).Json["rows_read"]! == 2);
            var running = (await service.GetAsync(path)).Json;
            Assert.Equal("running", (string)running["state"]!);
            Assert.True((double)running["rows_per_second"]! > 0);
            Assert.NotNull(running["started_at"]);
        }

        var job = await service.WaitForJobAsync(accepted);
        Assert.Equal(("succeeded", 2L), ((string)job["state"]!, (long)job["rows_read"]!));
        // The counts of the file follow the end of the import's transaction.
        await Eventually.BeAsync(async () => (int)(await service.GetAsync(path)).Json["result"]!["blank"]! == 1);
        job = (await service.GetAsync(path)).Json;
        var result = job["result"]!;
        Assert.Equal(
            (true, 1, 1, 1), ((bool)result["applied"]!, (int)result["created"]!, (int)result["updated"]!, (int)result["blank"]!));
        Assert.Empty(job["report"]!.AsArray());
        Assert.Equal(2, await service.CountAsync("/user"));
        Assert.Equal(1, await service.CountAsync("/user", "q=augusta"));
        Assert.Equal("1 0", await service.ExecuteAsync(CountStored));
    }

    [Fact]
    public async Task The_audit_names_the_caller_and_the_request_of_a_job()
    {
        var accepted = await service.StartJobAsync("email\nada@example.org\n");

        await service.WaitForJobAsync(accepted);

        var entries = (await service.GetAsync("/auth/audit")).Json["results"]!.AsArray();
        Assert.Equal(["imports", "users"], entries.Select(entry => (string)entry!["resource"]!).Order());
        Assert.All(entries, entry =>
        {
            Assert.StartsWith("key:", (string)entry!["actor"]!, StringComparison.Ordinal);
            Assert.Equal("Users_import", (string)entry["operation"]!);
            Assert.Equal(accepted.Headers.GetValues("X-Request-Id").Single(), (string)entry["trace_id"]!);
        });
    }

    [Theory]
    [InlineData("", "refused", 0)]
    [InlineData("partial=true", "succeeded", 1)]
    [InlineData("dry_run=true", "succeeded", 0)]
    public async Task Refused_rows_are_in_the_report(string query, string state, int users)
    {
        const string file = "email,role\nada@example.org,editor\nnobody,king\n";
        var expected = (await service.ImportAsync(file, query)).Lines;
        await service.ClearAsync();

        var job = await service.WaitForJobAsync(await service.StartJobAsync(file, query));

        Assert.Equal(state, (string)job["state"]!);
        Assert.Equal(users, await service.CountAsync("/user"));
        Assert.Equal(
            expected.SkipLast(1).Select(line => line.ToJsonString()), job["report"]!.AsArray().Select(fault => fault!.ToJsonString()));
        Assert.Equal(expected[^1]["faults"]!.ToJsonString(), job["result"]!["faults"]!.ToJsonString());
        Assert.Equal((users == 1, 1), ((bool)job["result"]!["applied"]!, (int)job["result"]!["refused"]!));
    }

    [Fact]
    public async Task A_report_lists_at_most_10_000_faults_and_counts_all()
    {
        var file = string.Concat(Enumerable.Range(0, 10_005).Select(i => $"nobody{i}\n"));

        var job = await service.WaitForJobAsync(await service.StartJobAsync($"email\n{file}"));

        Assert.Equal(10_000, job["report"]!.AsArray().Count);
        Assert.Equal((5, 10_005), ((int)job["result"]!["faults_omitted"]!, (int)job["result"]!["faults"]![0]!["rows"]!));
    }

    [Fact]
    public async Task All_options_of_an_import_hold()
    {
        await service.CreateGroupAsync(new { name = "Kept" });
        await service.ImportAsync("email,user_groups\nada@example.org,Kept\n");

        var job = await service.WaitForJobAsync(await service.StartJobAsync(
            "Work Email;Note;user_groups\nada@example.org;x;Poets\nada@example.org;y;Engineers\n",
            "columns=Work%20Email=email&ignore_other_columns=true&create_groups=true&user_groups=add&merge_rows=true"));

        Assert.Equal("succeeded", (string)job["state"]!);
        Assert.Equal((2, 1), ((int)job["result"]!["groups_created"]!, (int)job["result"]!["merged"]!));
        Assert.Equal(3, (await service.GetAsync("/user")).Json["results"]![0]!.AsObject().Ids("user_groups").Length);
    }

    [Fact]
    public async Task A_deletion_by_list_can_be_a_job()
    {
        await service.CreateUserAsync(new { email = "ada@example.org" });
        await service.CreateUserAsync(new { email = "grace@example.org" });

        var job = await service.WaitForJobAsync(
            await service.StartJobAsync("""{"email": "ada@example.org"}""", mediaType: Ndjson, path: "/api/v1/user/delete"));

        Assert.Equal(("succeeded", "Users_deleteByList"), ((string)job["state"]!, (string)job["operation"]!));
        Assert.Equal(1, (int)job["result"]!["deleted"]!);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task The_location_keeps_the_prefix_of_the_request()
    {
        var accepted = (await service.StartJobAsync("email\nada@example.org\n", path: "/api/v1/user/import/")).MustBe(202);

        Assert.Equal($"{service.BaseAddress}/api/v1/import/{accepted.Json.Id()}", $"{accepted.Headers.Location}");
        await service.WaitForJobAsync(accepted);
    }

    [Fact]
    public async Task A_file_of_many_parts_is_imported_as_it_is()
    {
        var rows = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"user{i}@example.org,Zoë 😀 {i}\n"));

        var job = await service.WaitForJobAsync(await service.StartJobAsync($"email,first_name\n{rows}"));

        Assert.Equal(20_000, (int)job["result"]!["created"]!);
        Assert.Equal(
            20_000L,
            await service.ExecuteAsync("SELECT count(*) FROM users WHERE first_name = 'Zoë 😀 ' || substring(email FROM '\\d+')"));
    }

    [Theory]
    [InlineData("text/csv", "email,phone\nada@example.org,1\n", "unknown_column")]
    [InlineData("text/csv", "email\n\"ada@example.org\n", "unclosed_quote")]
    [InlineData("text/csv", "\n\n", "empty_file")]
    [InlineData(Ndjson, "{\"email\": \"a\0@example.org\"}", "invalid_encoding")]
    public async Task A_file_that_cannot_be_read_fails_the_job(string mediaType, string file, string code)
    {
        var refused = (await service.ImportAsync(file, mediaType: mediaType)).MustBe(400).Json;

        var job = await service.WaitForJobAsync(await service.StartJobAsync(file, mediaType: mediaType));

        Assert.Equal("failed", (string)job["state"]!);
        Assert.Equal((code, (string)refused["detail"]!), ((string)job["failure"]!["code"]!, (string)job["failure"]!["detail"]!));
        Assert.Equal("1 0", await service.ExecuteAsync(CountStored));
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("async=maybe", "async")]
    [InlineData("async=1", "async")]
    [InlineData("async=", "async")]
    [InlineData("async=true&async=true", "async")]
    [InlineData("async=true&dry_runn=true", "dry_runn")]
    [InlineData("async=true&partial=yes&user_groups=keep", "partial,user_groups")]
    [InlineData("async=true&columns=a", "columns")]
    public async Task A_wrong_parameter_is_refused_at_once(string query, string names)
    {
        (await service.ImportAsync("email\nada@example.org\n", query)).MustRefuseParameters(names.Split(','));

        await MustHaveStoredNothingAsync();
    }

    [Fact]
    public async Task A_request_that_cannot_be_carried_out_is_refused_at_once()
    {
        (await service.StartJobAsync("")).MustBe(400);
        (await service.StartJobAsync("", mediaType: Ndjson)).MustBe(400);
        (await service.StartJobAsync("{}", "ignore_other_columns=true", Ndjson)).MustRefuseParameters("ignore_other_columns");
        (await service.StartJobAsync("email\n", mediaType: "application/json")).MustBe(415);
        (await service.StartJobAsync("email\n", mediaType: "text/csv; charset=utf-16")).MustBe(415);
        (await service.StartJobAsync("email\n", key: "a,b")).MustRefuseParameters("Idempotency-Key");

        await MustHaveStoredNothingAsync();
    }

    [Theory]
    [InlineData("GET", "/user/export")]
    [InlineData("POST", "/user")]
    [InlineData("GET", $"/import/{Bodies.UnknownId}")]
    [InlineData("DELETE", $"/import/{Bodies.UnknownId}")]
    public async Task Other_operations_refuse_the_parameter(string method, string path) =>
        (await service.SendAsync(new HttpMethod(method), $"{path}?async=true", method == "POST" ? new { first_name = "Ada" } : null))
            .MustRefuseParameters("async");

    [Theory]
    [InlineData("")]
    [InlineData("async=false")]
    public async Task An_import_without_async_answers_its_report(string query)
    {
        (await service.ImportAsync("email\nada@example.org\n", query)).MustBe(200);

        await MustHaveStoredNothingAsync();
    }

    [Fact]
    public async Task A_repetition_with_the_same_key_gets_the_same_job()
    {
        var (key, file) = ($"{Guid.NewGuid()}", "email,first_name\nada@example.org,Ada\n");
        var first = (await service.StartJobAsync(file, key: key)).MustBe(202);
        await service.WaitForJobAsync(first);

        var again = (await service.StartJobAsync(file, key: key)).MustBe(202);

        Assert.Equal((first.Text, first.Headers.Location), (again.Text, again.Headers.Location));
        (await service.StartJobAsync("email\ngrace@example.org\n", key: key)).MustBe(422);
        (await service.StartJobAsync(file, "partial=true", key: key)).MustBe(422);
        (await service.StartJobAsync(file, key: key, path: "/user/delete")).MustBe(422);
        Assert.Equal(1L, await service.ExecuteAsync("SELECT count(*) FROM import_jobs"));
        Assert.Equal(1L, await service.ExecuteAsync("SELECT count(*) FROM audit_entries WHERE resource = 'imports'"));
    }

    [Fact]
    public async Task Racing_requests_with_one_key_make_one_job()
    {
        var (key, file) = ($"{Guid.NewGuid()}", "email\nada@example.org\n");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => service.StartJobAsync(file, key: key)));

        Assert.Single(answers.Where(answer => answer.Status == 202).Select(answer => answer.Text).Distinct());
        Assert.All(
            answers.Where(answer => answer.Status != 202),
            answer => Assert.Equal("idempotency_key_in_use", (string)answer.MustBe(409).Json["code"]!));
        Assert.Equal(1L, await service.ExecuteAsync("SELECT count(*) FROM import_jobs"));
    }

    [Fact]
    public async Task Jobs_run_in_the_order_of_their_requests()
    {
        var accepted = new List<Answer>();
        await using (await ImportTurn.TakeAsync(service.ConnectionString))
        {
            foreach (var name in new[] { "First", "Second", "Third" })
            {
                accepted.Add(await service.StartJobAsync($"email,first_name\nada@example.org,{name}\n"));
            }

            Assert.Equal("import_in_progress", (string)(await service.ImportAsync("email\n")).MustBe(409).Json["code"]!);
        }

        var jobs = new List<JsonObject>();
        foreach (var answer in accepted)
        {
            jobs.Add(await service.WaitForJobAsync(answer));
        }

        Assert.All(jobs, job => Assert.Equal("succeeded", (string)job["state"]!));
        var times = jobs.SelectMany(job => new[] { (string)job["started_at"]!, (string)job["ended_at"]! }).ToList();
        Assert.Equal(times.Order(StringComparer.Ordinal), times);
        Assert.Equal("Third", (string)(await service.GetAsync("/user")).Json["results"]![0]!["first_name"]!);
    }

    [Fact]
    public async Task Another_admin_sees_the_job_and_no_other_role_does()
    {
        var accepted = (await service.StartJobAsync("email\nada@example.org\n")).MustBe(202);
        await service.WaitForJobAsync(accepted);
        var path = accepted.Headers.Location!.AbsolutePath;

        (await service.SendAsAsync(await service.CreateTokenAsync("admin"), HttpMethod.Get, path)).MustBe(200);
        foreach (var role in new[] { "editor", "viewer", "guest" })
        {
            var token = await service.CreateTokenAsync(role);
            (await service.SendAsAsync(token, HttpMethod.Get, path)).MustBe(403);
            (await service.SendAsAsync(token, HttpMethod.Delete, path)).MustBe(403);
        }

        (await service.SendAsAsync(null, HttpMethod.Get, path)).MustBe(401);
        (await service.GetAsync(path)).MustBe(200);
    }

    [Theory]
    [InlineData(Bodies.UnknownId, "import_job_not_found")]
    [InlineData("1", "not_found")]
    public async Task An_unknown_job_is_not_found(string id, string code) =>
        Assert.Equal(code, (string)(await service.GetAsync($"/import/{id}")).MustBe(404).Json["code"]!);

    private async Task MustHaveStoredNothingAsync() => Assert.Equal("0 0", await service.ExecuteAsync(CountStored));
}
