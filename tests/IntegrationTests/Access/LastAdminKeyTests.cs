using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>The last API key of an admin that stays valid cannot be lost by mistake.</summary>
public sealed class LastAdminKeyTests : IAsyncLifetime
{
    private const string Later = "2999-01-01T00:00:00Z";

    private TestDatabase _database = null!;
    private TestService _service = null!;
    private string _first = "";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await TestService.StartAsync(_database.ConnectionString, ("Authentication:Required", "true"));
        var token = await _service.CreateTokenAsync("admin");
        _service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _first = IdOf(token);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_last_key_of_an_admin_stays_unless_it_is_forced()
    {
        await _service.CreateTokenAsync("editor");
        await _service.CreateTokenAsync("admin", DateTimeOffset.UtcNow.AddYears(1));

        await MustKeepAsync(HttpMethod.Delete, null);
        await MustKeepAsync(HttpMethod.Patch, new { expires_at = "2026-01-01T00:00:00Z" });
        // It would expire, and so would the other key.
        await MustKeepAsync(HttpMethod.Patch, new { expires_at = Later });
        await MustKeepAsync(HttpMethod.Patch, new { role = "editor" });
        (await SendAsync(HttpMethod.Patch, _first, new { name = "renamed", role = "ADMIN" })).MustBe(200);
        (await SendAsync(HttpMethod.Delete, _first, query: "?force=perhaps")).MustRefuseParameters("force");
        (await SendAsync(HttpMethod.Patch, _first, new { expires_at = Later }, "?force=true")).MustBe(200);
        (await SendAsync(HttpMethod.Delete, _first, query: "?force=true")).MustBe(204);
    }

    [Fact]
    public async Task With_another_permanent_key_of_an_admin_a_key_may_go()
    {
        var second = IdOf(await _service.CreateTokenAsync("admin"));

        (await SendAsync(HttpMethod.Patch, second, new { expires_at = Later })).MustBe(200);
        (await SendAsync(HttpMethod.Patch, second, new { expires_at = (string?)null })).MustBe(200);
        (await SendAsync(HttpMethod.Delete, second)).MustBe(204);
        await MustKeepAsync(HttpMethod.Delete, null);
    }

    [Fact]
    public async Task Where_all_keys_expire_the_last_valid_one_stays()
    {
        var expiring = IdOf(await _service.CreateTokenAsync("admin", DateTimeOffset.UtcNow.AddYears(1)));
        var expired = IdOf(await _service.CreateTokenAsync("admin", DateTimeOffset.UtcNow.AddYears(-1)));
        (await SendAsync(HttpMethod.Patch, _first, new { expires_at = Later }, "?force=true")).MustBe(200);

        (await SendAsync(HttpMethod.Delete, expired)).MustBe(204);
        (await SendAsync(HttpMethod.Delete, expiring)).MustBe(204);
        (await SendAsync(HttpMethod.Patch, _first, new { expires_at = "2998-01-01T00:00:00Z" })).MustBe(200);
        await MustKeepAsync(HttpMethod.Delete, null);
        await MustKeepAsync(HttpMethod.Patch, new { expires_at = "2026-01-01T00:00:00Z" });
    }

    /// <summary>The first revocation has not ended yet when the second one is checked.</summary>
    [Fact]
    public async Task Of_two_simultaneous_revocations_of_the_last_two_keys_one_is_refused()
    {
        var second = IdOf(await _service.CreateTokenAsync("admin"));
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var delete = new NpgsqlCommand($"DELETE FROM api_keys WHERE id = '{second}'", connection, transaction))
        {
            await delete.ExecuteNonQueryAsync();
        }

        var revocation = SendAsync(HttpMethod.Delete, _first);
        await Eventually.BeAsync(async () => await _database.ExecuteAsync(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") is true);
        await transaction.CommitAsync();

        Assert.Equal("last_admin_key", (string)(await revocation.WithinLimitAsync()).MustBe(409).Json["code"]!);
    }

    [Fact]
    public async Task Simultaneous_revocations_of_all_keys_leave_one()
    {
        var others = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => _service.CreateTokenAsync("admin")));

        var answers = await Task.WhenAll(others.Select(IdOf).Append(_first).Select(id => SendAsync(HttpMethod.Delete, id)));

        Assert.Equal(9, answers.Count(answer => answer.Status == 204));
        Assert.Equal(1L, await _database.ExecuteAsync("SELECT count(*) FROM api_keys"));
    }

    [Fact]
    public async Task The_command_revokes_the_last_key_only_if_it_is_forced()
    {
        (string, string) database = ("ConnectionStrings__Workspace", _database.ConnectionString);

        var refused = await ProgramRun.OfAsync(["keys", "revoke", _first], database);
        var forced = await ProgramRun.OfAsync(["keys", "revoke", _first, "--force"], database);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
        Assert.True(forced.ExitCode == 0, $"{forced}");
        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM api_keys"));
    }

    private static string IdOf(string token) => $"{Guid.ParseExact(token.Split('_')[1], "N")}";

    private async Task MustKeepAsync(HttpMethod method, object? body)
    {
        var before = (await SendAsync(HttpMethod.Get, _first)).MustBe(200).Json;

        Assert.Equal("last_admin_key", (string)(await SendAsync(method, _first, body)).MustBe(409).Json["code"]!);

        var after = (await SendAsync(HttpMethod.Get, _first)).MustBe(200).Json;
        Assert.Equal(Essence(before), Essence(after));

        static string Essence(JsonObject key) => key.Without("last_used_at").ToJsonString();
    }

    private async Task<Answer> SendAsync(HttpMethod method, string id, object? body = null, string query = "")
    {
        using var request = new HttpRequestMessage(method, $"/auth/key/{id}{query}")
        {
            Content = body is null ? null : ServiceFixture.ToContent(body),
        };
        using var response = await _service.Client.SendAsync(request);
        var answer = await Answer.ReadAsync(request, response);
        if (answer.Status >= 400)
        {
            Contract.VerifyProblem(answer);
        }

        return answer;
    }
}
