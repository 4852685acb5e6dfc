using System.Net.Http.Headers;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Answers that no use case gives. The fixture verifies the shape of every problem document.</summary>
public sealed class TransportTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int MaxBodySize = 8 * 1024 * 1024;

    /// <summary>The operations with a request body.</summary>
    public static readonly TheoryData<string, string> BodyOperations = new()
    {
        { "POST", "/user" },
        { "POST", "/auth/group" },
        { "PATCH", "/user/{user}" },
        { "PATCH", "/auth/group/{group}" },
        { "PATCH", "/auth/group/{group}/users" },
    };

    [Theory]
    [InlineData("/users")]
    [InlineData("/auth")]
    [InlineData("/auth/groups")]
    [InlineData("/group")]
    [InlineData("/api/v2/user")]
    [InlineData("/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071/user_groups")]
    [InlineData("/%F0%9F%98%80?page=1")]
    public async Task An_unknown_path_is_not_found(string path)
    {
        var answer = (await service.GetAsync(path)).MustBe(404);

        Assert.Equal("not_found", (string)answer.Json["code"]!);
        Assert.Equal(answer.Path, (string)answer.Json["instance"]!);
    }

    [Theory]
    [InlineData("PUT", "/user", "GET, POST")]
    [InlineData("DELETE", "/api/v1/user/", "GET, POST")]
    [InlineData("PATCH", "/auth/group", "GET, POST")]
    [InlineData("POST", "/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "DELETE, GET, PATCH")]
    [InlineData("PUT", "/api/v1/auth/group/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "DELETE, GET, PATCH")]
    [InlineData("POST", "/auth/group/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071/users/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "DELETE, PUT")]
    public async Task Another_method_is_refused_with_the_allowed_methods(string method, string path, string allowed)
    {
        var answer = (await service.SendAsync(new HttpMethod(method), path, "{}")).MustBe(405);

        Assert.Equal(allowed.Split(", "), answer.Allow);
        Assert.Equal("method_not_allowed", (string)answer.Json["code"]!);
        Assert.Equal(path, (string)answer.Json["instance"]!);
    }

    [Theory]
    [MemberData(nameof(BodyOperations))]
    public async Task A_body_larger_than_8_MiB_is_refused(string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), await FillAsync(path))
        {
            Content = Padded("""{"icon":"x"}""", MaxBodySize + 1),
        };
        // The client waits for 100 Continue, so the service cannot close the connection while the client still sends.
        request.Headers.ExpectContinue = true;

        var problem = (await service.SendAsync(request)).MustBe(413).Json;

        Assert.Equal("body_too_large", (string)problem["code"]!);
    }

    [Fact]
    public async Task A_body_of_8_MiB_is_read() =>
        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/user")
        {
            Content = Padded("""{"first_name":"Ada"}""", MaxBodySize),
        }))
            .MustBe(201);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/json")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json-patch+json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=\"utf-16\"")]
    [InlineData("application/merge-patch+json; charset=utf-16")]
    [InlineData(null)]
    public async Task A_body_of_another_media_type_is_refused(string? mediaType)
    {
        foreach (var operation in BodyOperations)
        {
            var content = ServiceFixture.ToContent("""{"name":"x"}""");
            content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);

            var problem = (await service.SendAsync(
                new HttpRequestMessage(new HttpMethod((string)operation[0]), await FillAsync((string)operation[1])) { Content = content }))
                .MustBe(415).Json;

            Assert.Equal("unsupported_media_type", (string)problem["code"]!);
        }
    }

    [Fact]
    public async Task A_multipart_form_is_refused_for_its_media_type()
    {
        var content = ServiceFixture.ToContent("""{"name":"x"}""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");

        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/auth/group") { Content = content })).MustBe(415);
    }

    [Theory]
    [InlineData("application/json; charset=")]
    [InlineData("application/json;a=")]
    [InlineData("application/json;;;")]
    [InlineData("application/")]
    [InlineData("application/json; charset=\"utf-16\"")]
    [InlineData("*/*")]
    public async Task A_malformed_content_type_never_fails_the_service(string contentType)
    {
        var content = ServiceFixture.ToContent("{}");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        var answer = await service.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/auth/group") { Content = content });

        Assert.True(answer.Status is 400 or 415, $"{answer}");
    }

    [Fact]
    public async Task A_compressed_body_is_refused_for_its_encoding()
    {
        var content = ServiceFixture.ToContent("""{"name":"x"}""");
        content.Headers.ContentEncoding.Add("gzip");

        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/auth/group") { Content = content })).MustBe(415);
    }

    [Fact]
    public async Task Answers_are_in_utf_8_even_if_a_client_prefers_another_encoding()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/user");
        request.Headers.Add("Accept-Charset", "utf-16");
        request.Headers.Add("Accept", "text/html");

        var answer = (await service.SendAsync(request)).MustBe(200);

        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
        Assert.Equal((byte)'{', answer.Bytes[0]);
        Assert.Equal((byte)'"', answer.Bytes[1]);
    }

    [Theory]
    [InlineData("/user", 200)]
    [InlineData("/user/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", 404)]
    public async Task Head_answers_like_get_without_the_body(string path, int status)
    {
        using var response = await service.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Of_very_many_values_of_a_wrong_type_only_the_first_are_named()
    {
        var users = string.Join(',', Enumerable.Repeat(1, 50_000));
        var answer = await service.PostAsync("/auth/group", $$"""{"name":"x","users":[{{users}}]}""");

        var errors = answer.MustBe(400).Json["errors"]!.AsArray();
        Assert.Equal(101, errors.Count);
        Assert.Equal("too_many_faults", (string)errors[^1]!["code"]!);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json;CHARSET=Utf-8")]
    [InlineData("Application/JSON")]
    public async Task Every_media_type_of_json_is_accepted(string mediaType)
    {
        var content = ServiceFixture.ToContent("""{"first_name":"Ada"}""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);

        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/user") { Content = content })).MustBe(201);
    }

    [Theory]
    [InlineData("application/merge-patch+json")]
    [InlineData("Application/Merge-Patch+JSON; charset=\"utf-8\"")]
    public async Task A_merge_patch_is_accepted_for_a_change_and_only_for_a_change(string mediaType)
    {
        foreach (var operation in BodyOperations)
        {
            var (method, path) = ((string)operation[0], (string)operation[1]);
            var body = path.EndsWith("/users", StringComparison.Ordinal) ? """{"add":[]}""" : "{}";
            (await SendAsync(method, await FillAsync(path), body)).MustBe(method == "PATCH" ? 200 : 415);
        }

        var user = (await service.CreateUserAsync(new { first_name = "Ada", last_name = "Lovelace" })).Id();
        var changed = (await SendAsync("PATCH", $"/user/{user}", """{"first_name":null}""")).MustBe(200).Json;
        Assert.Equal((null, "Lovelace"), ((string?)changed["first_name"], (string?)changed["last_name"]));

        var key = (await service.PostAsync("/auth/key", """{"name":"x","role":"guest"}""")).MustBe(201).Json.Id();
        (await SendAsync("PATCH", $"/auth/key/{key}", """{"name":"y"}""")).MustBe(200);

        Task<Answer> SendAsync(string method, string path, string body)
        {
            var content = ServiceFixture.ToContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
            return service.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = content });
        }
    }

    [Theory]
    [InlineData("True")]
    [InlineData("TRUE")]
    [InlineData("true")]
    public async Task A_flag_is_read_in_any_case(string value)
    {
        var count = await service.CountAsync("/user");

        (await service.ImportAsync("email,first_name\nflag@example.org,Ada\n", $"dry_run={value}&partial={value}&create_groups={value}"))
            .MustBe(200);
        (await service.GetAsync($"/user/export?excel_safe={value}")).MustBe(200);

        Assert.Equal(count, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("yes")]
    [InlineData("")]
    [InlineData("%20true")]
    [InlineData("true,true")]
    public async Task Another_value_of_a_flag_is_refused(string value) =>
        (await service.GetAsync($"/user/export?excel_safe={value}")).MustRefuseParameters("excel_safe");

    [Theory]
    [MemberData(nameof(BodyOperations))]
    public async Task The_answer_to_malformed_json_names_the_place(string method, string path)
    {
        foreach (var (body, place) in new[]
        {
            ("""{"icon": oops}""", "line 1, byte 10"),
            ("{\n  \"icon\": \"é\",\n  \"icon\" \"x\"\n}", "line 3, byte 10"),
            ("""{"icon":"x"}}""", "line 1, byte 13"),
        })
        {
            var answer = await service.SendAsync(new HttpMethod(method), await FillAsync(path), body);
            var problem = answer.MustRefuse(("", "malformed_json")).Json;

            Assert.Contains(place, (string)problem["detail"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"icon":"x",}""")]
    [InlineData("""{'icon':'x'}""")]
    [InlineData("""{"icon":"x"} // no comments""")]
    [InlineData("""{"icon":"\x"}""")]
    [InlineData("{\"icon\":\"a\nb\"}")]
    [InlineData("""{"icon":01}""")]
    [InlineData("""{"icon":NaN}""")]
    [InlineData("nonsense")]
    public async Task Almost_valid_json_is_refused(string body) =>
        (await service.PostAsync("/auth/group", body)).MustRefuse(("", "malformed_json"));

    [Theory]
    [MemberData(nameof(BodyOperations))]
    public async Task A_body_is_required(string method, string path) =>
        (await service.SendAsync(new HttpMethod(method), await FillAsync(path), "")).MustRefuse(("", "required"));

    [Theory]
    [MemberData(nameof(BodyOperations))]
    public async Task A_body_must_be_an_object(string method, string path)
    {
        foreach (var body in new[] { "[]", "\"{}\"", "null", "1", "true", "[{}]" })
        {
            (await service.SendAsync(new HttpMethod(method), await FillAsync(path), body)).MustRefuse(("", "invalid_type"));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xe2, 0x82 })]
    public async Task Invalid_utf_8_is_refused(byte[] bytes)
    {
        byte[] inValue = [.. Encoding.UTF8.GetBytes("{\"icon\":\""), .. bytes, .. Encoding.UTF8.GetBytes("\"}")];
        byte[] inName = [.. Encoding.UTF8.GetBytes("{\""), .. bytes, .. Encoding.UTF8.GetBytes("\":\"x\"}")];

        (await service.PostAsync("/auth/group", inValue)).MustRefuse(("/icon", "invalid_text"));
        (await service.PostAsync("/auth/group", inName)).MustRefuse(("", "invalid_text"));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"icon\":", "}")]
    public async Task A_very_deeply_nested_body_is_refused(string open, string close) =>
        (await service.PostAsync("/auth/group", $"{{\"icon\":{Bodies.Repeat(open, 100_000)}1{Bodies.Repeat(close, 100_000)}}}"))
            .MustRefuse(("", "malformed_json"));

    [Fact]
    public async Task The_service_is_alive_and_ready()
    {
        Assert.Equal("Healthy", (await service.GetAsync("/healthz/live")).MustBe(200).Text);
        Assert.Equal("Healthy", (await service.GetAsync("/healthz/ready")).MustBe(200).Text);
    }

    [Fact]
    public async Task Without_its_database_the_service_is_alive_but_not_ready_and_asks_for_a_retry()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var gate = new TcpGate(settings.Host!, settings.Port);
        settings.Host = "127.0.0.1";
        settings.Port = gate.Port;
        await using var lonely = await TestService.StartAsync(settings.ConnectionString);
        Assert.Equal(200, (await AskAsync(lonely, HttpMethod.Get, "/user")).Status);

        await gate.ShutAsync();

        Assert.Equal(200, (await AskAsync(lonely, HttpMethod.Get, "/healthz/live")).Status);
        Assert.Equal(503, (await AskAsync(lonely, HttpMethod.Get, "/healthz/ready")).Status);
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, "/user", null),
            (HttpMethod.Get, $"/auth/group/{Bodies.UnknownId}", null),
            (HttpMethod.Post, "/user", """{"first_name":"Ada"}"""),
            (HttpMethod.Patch, $"/user/{Bodies.UnknownId}", """{"user_groups":[]}"""),
            (HttpMethod.Delete, $"/auth/group/{Bodies.UnknownId}", null),
        })
        {
            var answer = (await AskAsync(lonely, method, path, body)).MustBe(503);
            Contract.VerifyProblem(answer);
            Assert.Equal("database_unavailable", (string)answer.Json["code"]!);
            Assert.NotNull(answer.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task The_answer_to_a_defect_shows_no_internals()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var broken = await TestService.StartAsync(database.ConnectionString);
        await database.ExecuteAsync("DROP TABLE memberships CASCADE; CREATE TABLE memberships (group_id text, user_id text)");

        foreach (var path in new[] { "/user", $"/user/{Bodies.UnknownId}" })
        {
            var answer = (await AskAsync(broken, HttpMethod.Get, path)).MustBe(500);
            Contract.VerifyProblem(answer);
            Assert.Equal("internal_error", (string)answer.Json["code"]!);
            // The message of PostgreSQL is: operator does not exist: uuid = text.
            Assert.DoesNotContain("uuid", answer.Text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static Task<Answer> AskAsync(TestService service, HttpMethod method, string path, string? body = null) =>
        Answer.OfAsync(service.Client, method, path, body);

    private static HttpContent Padded(string json, int size) => ServiceFixture.ToContent(Encoding.UTF8.GetBytes(json.PadRight(size)));

    /// <summary>Creates a user or a group and puts its id into the path.</summary>
    private async Task<string> FillAsync(string path) => path
        .Replace("{user}", IsFor("{user}", path) ? (await service.CreateUserAsync()).Id() : "", StringComparison.Ordinal)
        .Replace("{group}", IsFor("{group}", path) ? (await service.CreateGroupAsync()).Id() : "", StringComparison.Ordinal);

    private static bool IsFor(string parameter, string path) => path.Contains(parameter, StringComparison.Ordinal);
}
