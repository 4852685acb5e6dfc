using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Answers of more than 1 KiB are compressed on request, with everything else about them unchanged.</summary>
public sealed class CompressionTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const int Limit = 1024;

    // The length of a description that makes an answer long.
    private const int Long = 3000;

    public static TheoryData<string> Encodings => ["br", "gzip"];

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("BR", "br")]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip;q=1, br;q=0.5", "gzip")]
    [InlineData("deflate, zstd, gzip;q=0.001", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*;q=0.1", "br")]
    [InlineData("gzip, *;q=0", "gzip")]
    [InlineData("identity;q=0, gzip", "gzip")]
    [InlineData("identity;q=0, *", "br")]
    [InlineData("identity, gzip;q=0.5", null)]
    [InlineData("identity", null)]
    [InlineData("identity;q=0", null)]
    [InlineData("br;q=0, *", null)]
    [InlineData("br;q=0, gzip;q=0.000", null)]
    [InlineData("*;q=0", null)]
    [InlineData("deflate, zstd, compress, x-gzip", null)]
    [InlineData("gzip;q=abc", null)]
    [InlineData("gzip;q=2", null)]
    [InlineData(";;,,=\"", null)]
    [InlineData("", null)]
    public async Task A_long_answer_has_the_encoding_that_the_request_prefers(string accepted, string? encoding)
    {
        var path = await CreateAsync(Long);
        var plain = (await service.GetAsync(path)).MustBe(200);

        var answer = (await AskAsync(path, accepted)).MustBe(200);

        Assert.Equal(encoding, answer.ContentEncoding);
        Assert.Equal(plain.Text, answer.Text);
        Assert.Equal(plain.ContentType, answer.ContentType);
        Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Exactly_the_answers_of_more_than_1_KiB_are_compressed(string encoding)
    {
        var rest = Encoding.UTF8.GetByteCount((await service.GetAsync(await CreateAsync(1))).MustBe(200).Text) - 1;

        var atLimit = (await AskAsync(await CreateAsync(Limit - rest), encoding)).MustBe(200);
        var beyond = (await AskAsync(await CreateAsync(Limit - rest + 1), encoding)).MustBe(200);

        Assert.Equal((null, $"{Limit}", Limit), (atLimit.ContentEncoding, atLimit.Length, atLimit.Bytes.Count));
        Assert.Equal((encoding, null, Limit + 1), (beyond.ContentEncoding, beyond.Length, beyond.Bytes.Count));
    }

    [Theory]
    [InlineData("/user?page_size=200")]
    [InlineData("/auth/audit?page_size=200")]
    [InlineData("/user/export")]
    [InlineData("/user/export?format=ndjson")]
    [InlineData("/api/v1/docs/errors")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/swagger/swagger-ui.css")]
    public async Task Every_kind_of_long_answer_is_compressed(string path)
    {
        await service.SeedUsersAsync(200);
        var plain = (await AskAsync(path)).MustBe(200);

        var answer = (await AskAsync(path, "br")).MustBe(200);

        Assert.Equal("br", answer.ContentEncoding);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.Equal(WithoutToken(plain.Text), WithoutToken(answer.Text));
        Assert.Equal(plain.ContentType, answer.ContentType);
    }

    // Each export has its own place in the feed of events.
    private static string WithoutToken(string text) => text.Split("{\"resource\":\"events\"")[0];

    [Theory]
    [InlineData("/")]
    [InlineData("/user")]
    [InlineData("/user/export")]
    [InlineData("/user/export?format=ndjson")]
    [InlineData("/nowhere")]
    [InlineData("/healthz/live")]
    public async Task Every_kind_of_short_answer_stays_as_it_is(string path)
    {
        var plain = await AskAsync(path);

        var answer = (await AskAsync(path, "br, gzip")).MustBe(plain.Status);

        Assert.Null(answer.ContentEncoding);
        Assert.Equal(WithoutToken(plain.Text).Length, WithoutToken(answer.Text).Length);
        Assert.Equal(plain.ContentType, answer.ContentType);
    }

    [Fact]
    public async Task A_long_problem_and_a_long_report_are_compressed()
    {
        var names = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"unknown_{i}\":1"));
        var problem = (await AskAsync(HttpMethod.Post, "/user", ServiceFixture.ToContent($"{{{names}}}"))).MustBe(400);
        var rows = ServiceFixture.ToFile(Encoding.UTF8.GetBytes($"email\n{Bodies.Repeat("nobody\n", 50)}"), "text/csv");
        var report = (await AskAsync(HttpMethod.Post, "/user/import", rows)).MustBe(422);

        Assert.Equal(("gzip", "gzip"), (problem.ContentEncoding, report.ContentEncoding));
        Contract.VerifyProblem(problem);
        Assert.Equal(50, problem.Json["errors"]!.AsArray().Count);
        Contract.VerifyImportReport(report);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task The_tag_of_a_compressed_answer_is_strong_and_works_like_that_of_the_plain_one(string encoding)
    {
        var path = await CreateAsync(Long);
        var plain = (await service.GetAsync(path)).MustBe(200).Headers.ETag!;
        var read = (await AskAsync(path, encoding)).MustBe(200);
        var tag = read.Headers.ETag!;

        Assert.False(tag.IsWeak);
        Assert.Equal($"{plain.Tag[..^1]}-{encoding}\"", tag.Tag);
        Assert.Equal("no-cache, private", $"{read.Headers.CacheControl}");
        foreach (var accepted in new[] { encoding, null })
        {
            var unchanged = (await AskAsync(path, accepted, ("If-None-Match", tag.Tag))).MustBe(304);
            Assert.Equal((tag, null), (unchanged.Headers.ETag!, unchanged.ContentEncoding));
            Assert.Equal(["Accept-Encoding"], unchanged.Headers.Vary);
            Assert.Empty(unchanged.Bytes);
        }

        var condition = ("If-Match", tag.Tag);
        var changed = (await AskAsync(HttpMethod.Patch, path, ServiceFixture.ToContent(new { icon = "x" }), condition)).MustBe(200);
        Assert.Equal("gzip", changed.ContentEncoding);
        (await AskAsync(HttpMethod.Patch, path, ServiceFixture.ToContent(new { icon = "y" }), condition)).MustBe(412);
        (await AskAsync(path, encoding, ("If-None-Match", tag.Tag))).MustBe(200);
        (await AskAsync(HttpMethod.Delete, path, null, ("If-Match", changed.Headers.ETag!.Tag))).MustBe(204);
    }

    [Fact]
    public async Task The_tag_of_a_file_of_the_documentation_survives_too()
    {
        const string Path = "/swagger/swagger-ui.css";
        var tag = (await AskAsync(Path, "gzip")).MustBe(200).Headers.ETag!;

        Assert.True(tag.IsWeak);
        (await AskAsync(Path, "gzip", ("If-None-Match", $"{tag}"))).MustBe(304);
    }

    [Fact]
    public async Task A_change_of_a_member_has_no_body_to_compress()
    {
        var user = (await service.CreateUserAsync()).Id();
        var path = $"{await CreateAsync(Long)}/users/{user}";

        var answer = (await AskAsync(HttpMethod.Put, path)).MustBe(204);

        Assert.Equal((null, null), (answer.ContentEncoding, answer.Length));
        Assert.Empty(answer.Bytes);
        Assert.NotNull(answer.Headers.ETag);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Long)]
    public async Task Head_answers_the_headers_of_get(int length)
    {
        var path = await CreateAsync(length);
        var get = (await AskAsync(path, "gzip")).MustBe(200);

        var head = (await AskAsync(HttpMethod.Head, path)).MustBe(200);

        Assert.Empty(head.Bytes);
        Assert.Equal((get.ContentEncoding, get.Length), (head.ContentEncoding, head.Length));
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Headers.Vary, head.Headers.Vary);
    }

    /// <summary>With a long name the answer is longer than 1 KiB.</summary>
    [Fact]
    public async Task The_answer_with_a_token_is_never_compressed()
    {
        var body = ServiceFixture.ToContent(new { name = Bodies.Repeat("😀", 200), role = "viewer" });
        var created = (await AskAsync(HttpMethod.Post, "/auth/key", body)).MustBe(201);

        Assert.True(created.Bytes.Count > Limit);
        Assert.Null(created.ContentEncoding);
        Assert.NotNull(created.Json["token"]);
        var read = (await AskAsync($"/auth/key/{created.Json.Id()}", "gzip")).MustBe(200);
        Assert.Equal("gzip", read.ContentEncoding);
        Assert.Null(read.Json["token"]);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_compressed_export_arrives_while_it_is_written(string encoding)
    {
        // These groups shrink to a few kilobytes, which the compressor could keep to the end.
        await SeedGroupsAsync(500, "repeat('x', 4000)");
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var block = new NpgsqlCommand("LOCK TABLE users IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await block.ExecuteNonQueryAsync();

        // The export waits for the users. The last lines of the groups wait with them.
        using var response = await BeginExportAsync(encoding);
        using var lines = new StreamReader(Answer.Decode(response.Content, await response.Content.ReadAsStreamAsync()));
        for (var i = 0; i < 450; i++)
        {
            Assert.StartsWith("{\"resource\":\"user_groups\"", await lines.ReadLineAsync().WithinLimitAsync(), StringComparison.Ordinal);
        }

        await transaction.RollbackAsync();
        var rest = (await lines.ReadToEndAsync().WithinLimitAsync()).Split('\n');
        // The last line has the token of the feed of events.
        Assert.Equal(500 - 450 + 1, rest.Length - 1);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_compressed_export_that_breaks_off_is_never_a_complete_answer(string encoding)
    {
        // More data than the buffers between the service and a client that does not read, also when it is compressed.
        await SeedGroupsAsync(8000, "(SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 120) AS m)");
        using var response = await BeginExportAsync(encoding);

        Assert.Equal(1L, await service.ExecuteAsync(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT g.id%'
            """));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.LoadIntoBufferAsync().WithinLimitAsync());
    }

    [Fact]
    public async Task An_export_that_fails_at_once_is_a_problem()
    {
        await service.ExecuteAsync("ALTER TABLE memberships RENAME TO elsewhere");
        try
        {
            Contract.VerifyProblem((await AskAsync("/user/export", "gzip")).MustBe(503));
        }
        finally
        {
            await service.ExecuteAsync("ALTER TABLE elsewhere RENAME TO memberships");
        }
    }

    [Fact]
    public async Task A_very_long_list_of_encodings_is_read_to_its_end()
    {
        var path = await CreateAsync(Long);

        var many = string.Join(", ", Enumerable.Range(0, 2000).Select(i => $"x{i};q=0.{i % 10}"));

        Assert.Null((await AskAsync(path, many)).MustBe(200).ContentEncoding);
        Assert.Equal("gzip", (await AskAsync(path, $"{many}, gzip")).MustBe(200).ContentEncoding);
    }

    private async Task<string> CreateAsync(int length) =>
        $"/auth/group/{(await service.CreateGroupAsync(new { description = new string('x', length) })).Id()}";

    private async Task SeedGroupsAsync(int count, string description) => await service.ExecuteAsync(
        $"""
        INSERT INTO user_groups (id, description)
        SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, {description} FROM generate_series(1, {count}) AS n
        """);

    private async Task<HttpResponseMessage> BeginExportAsync(string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user/export?format=ndjson");
        request.Headers.Add("Accept-Encoding", encoding);
        var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        return response;
    }

    private Task<Answer> AskAsync(HttpMethod method, string path, HttpContent? body = null, (string Name, string Value)? header = null) =>
        AskAsync(new HttpRequestMessage(method, path) { Content = body }, "gzip", header);

    private Task<Answer> AskAsync(string path, string? accepted = null, (string Name, string Value)? header = null) =>
        AskAsync(new HttpRequestMessage(HttpMethod.Get, path), accepted, header);

    // Not by the fixture, which checks JSON only.
    private async Task<Answer> AskAsync(HttpRequestMessage request, string? accepted, (string Name, string Value)? header)
    {
        using (request)
        {
            if (accepted is not null)
            {
                Assert.True(request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted));
            }

            if (header is { } given)
            {
                request.Headers.TryAddWithoutValidation(given.Name, given.Value);
            }

            using var response = await service.Client.SendAsync(request);
            return await Answer.ReadAsync(request, response);
        }
    }
}
