using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Callers;

public sealed class GetCallerTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Properties = ["kind", "id", "name", "role", "expires_at", "operations"];

    [Theory]
    [InlineData("admin", null)]
    [InlineData("viewer", "2999-01-31T12:00:00.000000Z")]
    public async Task A_key_is_told_its_id_name_role_and_expiry(string role, string? expiry)
    {
        var body = new { name = "Grüße \"<&>\" 👩‍🚀", role, expires_at = expiry };
        var key = (await service.PostAsync("/auth/key", body)).MustBe(201).Json;

        var caller = await AskAsync((string)key["token"]!);

        Assert.Equal(Properties, caller.Select(property => property.Key));
        Assert.Equal("api_key", (string)caller["kind"]!);
        Assert.Equal(key.Id(), (string)caller["id"]!);
        Assert.Equal(body.name, (string)caller["name"]!);
        Assert.Equal(role, (string)caller["role"]!);
        Assert.Equal(expiry, (string?)caller["expires_at"]);
    }

    /// <summary>Calls every operation, and compares the answers with the list.</summary>
    [Theory]
    [InlineData("admin")]
    [InlineData("editor")]
    [InlineData("viewer")]
    [InlineData("guest")]
    public async Task The_operations_are_exactly_those_that_the_caller_may_call(string role)
    {
        var token = await service.CreateTokenAsync(role);
        var document = (await service.GetAsync("/swagger/v1/swagger.json")).MustBe(200).Json;
        var permitted = new List<string>();
        foreach (var (method, path) in ApiOperations.Of(document))
        {
            var answer = await service.SendAsAsync(token, method, Bodies.OnUnknown(path));
            if (answer.Status != 403)
            {
                permitted.Add((string)document["paths"]![path]![method.Method.ToLowerInvariant()]!["operationId"]!);
            }
        }

        Assert.Equal(permitted.Order(StringComparer.Ordinal), OperationsOf(await AskAsync(token)));
        Assert.Contains("Callers_getCaller", permitted);
        Assert.Equal(role != "guest", permitted.Contains("Users_list"));
        Assert.Equal(role == "admin", permitted.Contains("Users_createNewUser"));
    }

    [Fact]
    public async Task A_changed_key_is_told_its_new_role_and_name_and_a_revoked_key_nothing()
    {
        var key = (await service.PostAsync("/auth/key", new { name = "old", role = "viewer" })).MustBe(201).Json;
        var token = (string)key["token"]!;
        Assert.Equal("old", (string)(await AskAsync(token))["name"]!);

        (await service.PatchAsync($"/auth/key/{key.Id()}", new { name = "new", role = "editor" })).MustBe(200);
        await Eventually.BeAsync(async () => (string)(await AskAsync(token))["name"]! == "new");
        Assert.Equal("editor", (string)(await AskAsync(token))["role"]!);

        (await service.DeleteAsync($"/auth/key/{key.Id()}")).MustBe(204);
        await Eventually.BeAsync(async () => (await service.SendAsAsync(token, HttpMethod.Get, "/auth/me")).Status == 401);
    }

    [Theory]
    [InlineData(null, "authentication_required")]
    [InlineData("cwk_nonsense", "invalid_credential")]
    public async Task Without_a_valid_credential_the_answer_is_401(string? token, string code)
    {
        var answer = (await service.SendAsAsync(token, HttpMethod.Get, "/auth/me")).MustBe(401);

        Assert.Equal(code, (string)answer.Json["code"]!);
        Assert.Single(answer.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task A_token_is_told_its_subject_name_role_and_expiry()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var open = await TestService.StartAsync(service.ConnectionString, issuer.Settings);
        var end = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds();

        async Task<JsonObject> AskWithAsync(JsonNode? role, Action<JsonObject>? change = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/auth/me");
            request.Headers.Authorization = new("Bearer", issuer.Sign(role, change: change));
            using var response = await open.Stranger.SendAsync(request);
            return (await Answer.ReadAsync(request, response)).MustBe(200).Json;
        }

        var editor = await AskWithAsync("editor", claims => (claims["name"], claims["exp"]) = ("Ada Lovelace", end));
        var preferred = await AskWithAsync("viewer", claims => (claims["name"], claims["preferred_username"]) = (" ", "ada"));
        var nobody = await AskWithAsync(null, claims => claims["name"] = new JsonArray("Ada"));

        Assert.Equal(Properties, editor.Select(property => property.Key));
        Assert.Equal(("token", "ada"), ((string)editor["kind"]!, (string)editor["id"]!));
        Assert.Equal(("Ada Lovelace", "editor"), ((string)editor["name"]!, (string)editor["role"]!));
        Assert.Equal(end, DateTimeOffset.Parse((string)editor["expires_at"]!, null).ToUnixTimeSeconds());
        Assert.Equal("ada", (string)preferred["name"]!);
        Assert.Null(nobody["role"]);
        Assert.Null(nobody["name"]);
        Assert.Equal(["Callers_getCaller"], OperationsOf(nobody));
    }

    [Fact]
    public async Task A_service_that_needs_no_credential_says_so()
    {
        await using var open = await TestService.StartAsync(service.ConnectionString);
        var all = OperationsOf((await service.GetAsync("/auth/me")).MustBe(200).Json);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/auth/me");
        using var response = await open.Stranger.SendAsync(request);
        var caller = (await Answer.ReadAsync(request, response)).MustBe(200).Json;

        Assert.Equal("none", (string)caller["kind"]!);
        Assert.Equal("admin", (string)caller["role"]!);
        Assert.Equal((null, null, null), ((string?)caller["id"], (string?)caller["name"], (string?)caller["expires_at"]));
        Assert.Equal(all, OperationsOf(caller));
    }

    [Theory]
    [InlineData("/auth/me", false)]
    [InlineData("/auth/audit", true)]
    public async Task The_answer_needs_no_statement_but_that_of_authentication(string path, bool hasStatement)
    {
        var sent = new ConcurrentQueue<ActivityTraceId>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = statement =>
            {
                if (!$"{statement.GetTagItem("db.query.text")}".Contains("api_keys", StringComparison.Ordinal))
                {
                    sent.Enqueue(statement.TraceId);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        using var request = new Activity("request").Start();
        (await service.GetAsync(path)).MustBe(200);

        Assert.Equal(hasStatement, sent.Contains(request.TraceId));
    }

    [Theory]
    [InlineData("/auth/me/")]
    [InlineData("/api/v1/auth/me")]
    [InlineData("/API/V1/Auth/ME")]
    public async Task Every_spelling_of_the_path_works(string path) => (await service.GetAsync(path)).MustBe(200);

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("ABSURD-METHOD")]
    public async Task Other_methods_are_refused(string method)
    {
        var answer = (await service.SendAsync(new HttpMethod(method), "/auth/me")).MustBe(405);

        Assert.Equal(["GET"], answer.Allow);
    }

    private static IEnumerable<string> OperationsOf(JsonObject caller) => caller["operations"]!.AsArray().Select(name => (string)name!);

    private async Task<JsonObject> AskAsync(string token) =>
        (await service.SendAsAsync(token, HttpMethod.Get, "/auth/me")).MustBe(200).Json;
}
