using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// The service on its own database, for one test class. A string body is sent as raw JSON, a byte array as raw bytes, and any other
/// object is serialized. Every answer must keep the contract's general promises.
/// </summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Resources = ["/user", "/auth/group", "/auth/key", "/auth/audit", "/import", "/webhook"];

    private TestDatabase _database = null!;
    private TestService _service = null!;

    public HttpClient Client => _service.Client;

    public string ConnectionString => _database.ConnectionString;

    public string BaseAddress => Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await TestService.StartAsync(
            _database.ConnectionString, ("Authentication:Required", "true"), ("Webhooks:AllowedNetworks", "127.0.0.0/8;::1/128"));
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await CreateTokenAsync("admin"));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path) => SendAsync(HttpMethod.Put, path);

    public Task<Answer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Answer> SendAsync(HttpMethod method, string path, object? body = null) =>
        SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : ToContent(body) });

    /// <summary>Sends with this token, or without a credential if it is null.</summary>
    public Task<Answer> SendAsAsync(string? token, HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ToContent(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request, _service.Stranger);
    }

    public Task<Answer> SendAsync(HttpRequestMessage request) => SendAsync(request, Client);

    /// <summary>Runs SQL for data that no request can write or read. Returns the first value.</summary>
    public Task<object?> ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    /// <summary>Fails unless every maintained count equals a full count.</summary>
    public Task MustCountRightAsync(string context) => _database.MustCountRightAsync(context);

    private static async Task<Answer> SendAsync(HttpRequestMessage request, HttpClient client)
    {
        using (request)
        {
            using var response = await client.SendAsync(request);
            var answer = await Answer.ReadAsync(request, response);
            Verify(answer);
            return answer;
        }
    }

    public async Task<JsonObject> CreateUserAsync(object? body = null) =>
        (await PostAsync("/user", body ?? new { first_name = "Ada" })).MustBe(201).Json;

    public async Task<JsonObject> CreateGroupAsync(object? body = null) =>
        (await PostAsync("/auth/group", body ?? new { name = "Mathematicians" })).MustBe(201).Json;

    /// <summary>Creates an API key and returns its token.</summary>
    public Task<string> CreateTokenAsync(string role, DateTimeOffset? expiresAt = null) =>
        _service.CreateTokenAsync(role, expiresAt);

    /// <summary>Creates users and returns their ids, ascending.</summary>
    public async Task<string[]> CreateUsersAsync(int count) => await CreateManyAsync(count, () => CreateUserAsync());

    /// <summary>Creates groups and returns their ids, ascending.</summary>
    public async Task<string[]> CreateGroupsAsync(int count) => await CreateManyAsync(count, () => CreateGroupAsync());

    public async Task<JsonObject> ReadUserAsync(string id) => (await GetAsync($"/user/{id}")).MustBe(200).Json;

    public async Task<JsonObject> ReadGroupAsync(string id) => (await GetAsync($"/auth/group/{id}")).MustBe(200).Json;

    public async Task<int> CountAsync(string path, string filter = "") =>
        (int)(await GetAsync($"{path}?page_size=1&{filter}")).MustBe(200).Json["count"]!;

    /// <summary>Inserts users directly, because requests would take too long. Returns their ids, ascending.</summary>
    public async Task<string[]> SeedUsersAsync(int count) => (string[])(await _database.ExecuteAsync(
        $"""
        WITH seeded AS (
            INSERT INTO users (id, role)
            SELECT overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing '01' from 1)::uuid, 'viewer'
            FROM generate_series(1, {count}) RETURNING id)
        SELECT array_agg(id::text ORDER BY id) FROM seeded
        """))!;

    /// <summary>Inserts groups directly, because requests would take too long.</summary>
    public async Task SeedGroupsAsync(int count) => await _database.ExecuteAsync(
        $"""
        INSERT INTO user_groups (id, name)
        SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'Seeded' FROM generate_series(1, {count})
        """);

    /// <summary>Empties the workspace.</summary>
    public async Task ClearAsync() => await _database.ExecuteAsync("TRUNCATE users, user_groups, audit_entries, import_jobs CASCADE");

    /// <summary>Imports a file.</summary>
    public Task<Answer> ImportAsync(string file, string query = "", string mediaType = "text/csv") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/user/import?{query}")
        {
            Content = ToFile(Encoding.UTF8.GetBytes(file), mediaType),
        });

    /// <summary>Sends a file as a job.</summary>
    public Task<Answer> StartJobAsync(
        string file, string query = "", string mediaType = "text/csv", string path = "/user/import", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{path}?async=true&{query}")
        {
            Content = ToFile(Encoding.UTF8.GetBytes(file), mediaType),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return SendAsync(request);
    }

    /// <summary>Reads a job until it has ended.</summary>
    public async Task<JsonObject> WaitForJobAsync(Answer accepted)
    {
        var path = accepted.MustBe(202).Headers.Location!.AbsolutePath;
        JsonObject job = [];
        await Eventually.BeAsync(
            async () => (job = (await GetAsync(path)).MustBe(200).Json)["ended_at"] is not null, TimeLimit.OfWait, path);
        return job;
    }

    public static HttpContent ToFile(byte[] file, string mediaType)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return content;
    }

    public static HttpContent ToContent(object body)
    {
        var content = new ByteArrayContent(body switch
        {
            byte[] bytes => bytes,
            string json => Encoding.UTF8.GetBytes(json),
            _ => JsonSerializer.SerializeToUtf8Bytes(body, Plain),
        });
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static async Task<string[]> CreateManyAsync(int count, Func<Task<JsonObject>> createAsync)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((string)(await createAsync())["id"]!);
        }

        return [.. ids];
    }

    // An answer to `fields` is not a complete resource.
    private static void VerifyNothing(JsonObject part)
    {
    }

    private static void Verify(Answer answer)
    {
        var resource = answer.Path.StartsWith("/api/v1", StringComparison.Ordinal) ? answer.Path["/api/v1".Length..] : answer.Path;
        if (resource.TrimEnd('/') is "/user/import" or "/user/delete" && answer.ContentType == "application/x-ndjson")
        {
            Contract.VerifyImportReport(answer);
            return;
        }

        if (resource.TrimEnd('/') == "/user/export" && answer.Status == 200)
        {
            // The answer is a file.
            return;
        }

        Action<JsonObject> verify = resource.Trim('/').Split('/') switch
        {
            ["import", _] or ["user", "import" or "delete"] => Contract.VerifyImportJob,
            ["auth", "group", _, "users"] when answer.IsTo(HttpMethod.Patch) => Contract.VerifyMembershipChanges,
            _ when answer.Query.Contains("fields=", StringComparison.Ordinal) => VerifyNothing,
            ["user"] or ["user", _] or ["auth", "group", _, "users", ..] => Contract.VerifyUser,
            ["auth", "group"] or ["auth", "group", _] or ["user", _, "groups"] => Contract.VerifyGroup,
            ["auth", "key", ..] => Contract.VerifyKey,
            ["auth", "audit", ..] => Contract.VerifyAuditEntry,
            ["webhook"] or ["webhook", _] or ["webhook", _, "rotate" or "skip"] => Contract.VerifyWebhook,
            ["webhook", _, "deliveries"] => Contract.VerifyDelivery,
            // Other operations may answer something else. Their own tests verify it.
            _ => VerifyNothing,
        };
        if (answer.Status >= 400)
        {
            Contract.VerifyProblem(answer);
        }
        else if (answer.Status is 204 or 304)
        {
            Assert.Empty(answer.Bytes);
        }
        else if (Resources.Any(IsBelow))
        {
            Assert.Equal("application/json; charset=utf-8", answer.ContentType);
            if (answer.Json.ContainsKey("results"))
            {
                Contract.VerifyList(answer.Json, verify);
            }
            else
            {
                verify(answer.Json);
            }
        }

        bool IsBelow(string path) => resource.StartsWith(path, StringComparison.Ordinal);
    }
}
