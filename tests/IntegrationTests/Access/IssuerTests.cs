using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>
/// Tokens (JWT) of an issuer, which work beside the API keys: their permissions, and the service's behaviour while the issuer changes
/// its keys or does not answer.
/// </summary>
public sealed class IssuerTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ShiftedClock _clock = new();
    private TestDatabase _database = null!;
    private TestIssuer _issuer = null!;
    private TestService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _issuer = await TestIssuer.StartAsync();
        _service = await TestService.StartAsync(_database.ConnectionString, _clock, _issuer.Settings);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _issuer.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Each_role_has_exactly_its_permissions_and_an_invalid_token_has_none()
    {
        var tokens = new Dictionary<string, string>
        {
            ["admin"] = _issuer.Sign("admin"),
            ["editor"] = _issuer.Sign("editor"),
            ["viewer"] = _issuer.Sign("viewer"),
            ["guest"] = _issuer.Sign("guest"),
            ["no role"] = _issuer.Sign(null),
            ["expired"] = _issuer.Sign("admin", change: ExpiredFor(60)),
            ["bad"] = _issuer.Sign("admin", TestIssuer.CreateRsaKey()),
        };
        var operations = ApiOperations.Of(JsonNode.Parse(await _service.Stranger.GetStringAsync("/swagger/v1/swagger.json"))!);

        foreach (var (credential, token) in tokens)
        {
            foreach (var (method, path) in operations)
            {
                var answer = await SendAsync(token, method, Bodies.OnUnknown(path), "{}");

                var isRead = ApiOperations.IsRead(method, path);
                var refusal = credential switch
                {
                    "expired" => "401 expired_credential",
                    "bad" => "401 invalid_credential",
                    "admin" => null,
                    _ when ApiOperations.IsForAnyCredential(path) => null,
                    "editor" or "viewer" when isRead => null,
                    _ => isRead ? "403 viewer_required" : "403 admin_required",
                };
                // Without a refusal the operation itself answers. No resource has that id, and an empty object is neither a valid body
                // nor a file.
                Assert.True(
                    refusal is null ? answer.Status is 200 or 400 or 404 or 415 : RefusalOf(answer) == refusal,
                    $"{credential}: {answer}");
            }
        }
    }

    [Fact]
    public async Task A_role_is_a_name_or_a_list_in_any_case_and_the_most_powerful_role_counts()
    {
        var claims = new (JsonNode? Roles, string? Refusal)[]
        {
            ("ADMIN", null),
            (new JsonArray("Admin"), null),
            (new JsonArray("guest", "offline_access", "admin", "viewer"), null),
            (new JsonArray("viewer", "editor", "uma_authorization"), "403 admin_required"),
            (new JsonArray(), "403 admin_required"),
            (new JsonArray(1, null, new JsonObject { ["admin"] = "admin" }, new JsonArray("admin")), "403 admin_required"),
            (new JsonObject { ["admin"] = "admin" }, "403 admin_required"),
            ("owner", "403 admin_required"),
            ("admin viewer", "403 admin_required"),
            (0, "403 admin_required"),
            (true, "403 admin_required"),
            (null, "403 admin_required"),
        };

        foreach (var (roles, refusal) in claims)
        {
            var answer = await SendAsync(_issuer.Sign(roles), HttpMethod.Get, "/auth/key");
            Assert.True(RefusalOf(answer) == refusal, $"{roles?.ToJsonString()}: {answer}");
        }
    }

    [Theory]
    [InlineData("groups", """{"groups":["admin"]}""", null)]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":["admin"]}}""", null)]
    [InlineData("realm_access.roles", """{"realm_access":["admin"],"roles":"admin"}""", "403 admin_required")]
    [InlineData("resource_access.workspace.roles", """{"resource_access":{"workspace":{"roles":["admin"]}}}""", null)]
    [InlineData("https://example.org/roles", """{"https://example.org/roles":["admin"]}""", null)]
    [InlineData("groups", """{"roles":"admin"}""", "403 admin_required")]
    [InlineData("resource_access.hr.portal.example.roles", """{"resource_access":{"hr.portal.example":{"roles":["admin"]}}}""", null)]
    [InlineData("a.b.c", """{"a.b.c":"admin","a.b":{"c":"guest"},"a":{"b.c":"guest","b":{"c":"guest"}}}""", null)]
    [InlineData("a.b.c", """{"a.b":{"c":"admin"},"a":{"b.c":"guest","b":{"c":"guest"}}}""", null)]
    [InlineData("a.b.c", """{"a.b":{"d":"guest"},"a":{"b.c":"admin","b":{"c":"guest"}}}""", null)]
    [InlineData("a.b.c", """{"a.b":"guest","a":{"b":{"c":"admin"}}}""", null)]
    [InlineData(".a", """{"a":"admin"}""", "403 admin_required")]
    [InlineData("a.", """{"a":"admin"}""", "403 admin_required")]
    public async Task The_operator_can_choose_the_claim_of_the_roles(string name, string claims, string? refusal)
    {
        await using var service = await TestService.StartAsync(
            _database.ConnectionString, [.. _issuer.Settings, ("Authentication:RoleClaim", name)]);

        var token = _issuer.Sign(null, change: all =>
        {
            foreach (var (claim, value) in JsonNode.Parse(claims)!.AsObject())
            {
                all[claim] = value!.DeepClone();
            }
        });

        Assert.Equal(refusal, RefusalOf(await SendAsync(token, HttpMethod.Get, "/auth/key", service: service)));
    }

    [Fact]
    public async Task Every_kind_of_invalid_token_is_refused()
    {
        var good = _issuer.Sign("admin");
        var parts = _issuer.Sign("viewer").Split('.');
        var key = (RsaSecurityKey)_issuer.Keys[0];
        var publicKey = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(key.Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = key.KeyId };
        var modulus = new SymmetricSecurityKey(key.Rsa.ExportParameters(false).Modulus!);
        var tokens = new Dictionary<string, string>
        {
            ["algorithm none"] = $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{good.Split('.')[1]}.",
            ["algorithm none with the issuer's key"] = $"{Encode($$"""{"alg":"none","kid":"{{key.KeyId}}"}""")}.{good.Split('.')[1]}.",
            ["signature left out"] = $"{good[..good.LastIndexOf('.')]}.",
            ["no third part"] = good[..good.LastIndexOf('.')],
            ["the public key as a shared secret"] = _issuer.Sign("admin", publicKey, SecurityAlgorithms.HmacSha256),
            ["the modulus as a shared secret"] = _issuer.Sign("admin", modulus, SecurityAlgorithms.HmacSha256),
            ["altered payload"] = $"{parts[0]}.{Encode(Decode(parts[1]).Replace("viewer", "admin", StringComparison.Ordinal))}.{parts[2]}",
            ["altered signature"] = $"{good[..^5]}{(good[^5] == 'A' ? 'B' : 'A')}{good[^4..]}",
            ["a stranger's key"] = _issuer.Sign("admin", TestIssuer.CreateRsaKey()),
            ["a stranger's key of another kind"] = _issuer.Sign("admin", TestIssuer.CreateEcdsaKey()),
            ["a stranger's key with the id of the issuer's key"] = _issuer.Sign(
                "admin", new RsaSecurityKey(RSA.Create(2048)) { KeyId = key.KeyId }),
            ["a stranger's key without an id"] = _issuer.Sign("admin", new RsaSecurityKey(RSA.Create(2048))),
            ["another issuer"] = _issuer.Sign("admin", change: claims => claims["iss"] = "https://login.example.org"),
            ["no issuer"] = _issuer.Sign("admin", change: claims => claims.Remove("iss")),
            ["another audience"] = _issuer.Sign("admin", change: claims => claims["aud"] = "payroll"),
            ["other audiences"] = _issuer.Sign("admin", change: claims => claims["aud"] = new JsonArray("payroll", "Workspace")),
            ["no audience"] = _issuer.Sign("admin", change: claims => claims.Remove("aud")),
            ["not yet valid"] = _issuer.Sign(
                "admin", change: claims => claims["nbf"] = DateTimeOffset.UtcNow.AddSeconds(60).ToUnixTimeSeconds()),
            ["no end"] = _issuer.Sign("admin", change: claims => claims.Remove("exp")),
            ["no subject"] = _issuer.Sign("admin", change: claims => claims.Remove("sub")),
            ["blank subject"] = _issuer.Sign("admin", change: claims => claims["sub"] = " "),
            ["a subject with a control character"] = _issuer.Sign("admin", change: claims => claims["sub"] = "ada\0"),
            ["a subject that is too long"] = _issuer.Sign("admin", change: claims => claims["sub"] = new string('a', 256)),
            ["expired, by a stranger"] = _issuer.Sign("admin", TestIssuer.CreateRsaKey(), change: ExpiredFor(60)),
            ["two dots"] = "a.b.c",
            ["encrypted"] = "a.b.c.d.e",
            ["text"] = "token",
            ["no JSON"] = $"{Encode("text")}.{Encode("text")}.{Encode("text")}",
        };
        Assert.Null(RefusalOf(await SendAsync(good, HttpMethod.Get, "/user")));

        foreach (var (fault, token) in tokens)
        {
            var answer = await SendAsync(token, HttpMethod.Get, "/user");
            Assert.True(RefusalOf(answer) == "401 invalid_credential", $"{fault}: {answer}");
            Assert.Equal("Bearer realm=\"CleanWorkspace\", error=\"invalid_token\"", answer.Headers.WwwAuthenticate.Single().ToString());
        }
    }

    [Fact]
    public async Task A_token_whose_form_breaks_the_standard_is_refused()
    {
        var end = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        const string Header = """{"alg":"RS256","typ":"JWT"}""";
        var good = $$"""{"iss":"{{_issuer.Authority}}","sub":"ada","aud":"workspace","roles":"admin","exp":{{end}}}""";
        string With(string claim) => $"{good[..^1]},{claim}}}";
        string WithEnd(string value) => good.Replace($"\"exp\":{end}", $"\"exp\":{value}", StringComparison.Ordinal);
        string WithAudience(string value) => good.Replace("\"aud\":\"workspace\"", $"\"aud\":{value}", StringComparison.Ordinal);
        var tokens = new Dictionary<string, (string Header, string Claims)>
        {
            ["an unknown extension"] = ("""{"alg":"RS256","crit":["x"],"x":1}""", good),
            ["an extension that the library knows"] = ("""{"alg":"RS256","crit":["b64"],"b64":true}""", good),
            ["no extension"] = ("""{"alg":"RS256","crit":[]}""", good),
            ["a list of extensions that is null"] = ("""{"alg":"RS256","crit":null}""", good),
            ["a logout token"] = ("""{"alg":"RS256","typ":"logout+jwt"}""", good),
            ["a type that is a number"] = ("""{"alg":"RS256","typ":1}""", good),
            ["the algorithm twice"] = ("""{"alg":"RS256","alg":"RS256"}""", good),
            ["the end as text"] = (Header, WithEnd($"\"{end}\"")),
            ["the end as a word"] = (Header, WithEnd("\"never\"")),
            ["no end"] = (Header, WithEnd("null")),
            ["the end as a flag"] = (Header, WithEnd("true")),
            ["the end as a list"] = (Header, WithEnd($"[{end}]")),
            ["a negative end"] = (Header, WithEnd("-1")),
            ["the end at the beginning"] = (Header, WithEnd("0")),
            ["the end after the year 9999"] = (Header, WithEnd("253402300800")),
            ["the end in milliseconds"] = (Header, WithEnd($"{end}000")),
            ["an end that is no 64-bit number"] = (Header, WithEnd("1e30")),
            ["an end that is no number at all"] = (Header, WithEnd("1e999")),
            ["the start as text"] = (Header, With("\"nbf\":\"1\"")),
            ["no start"] = (Header, With("\"nbf\":null")),
            ["the time of issue as text"] = (Header, With("\"iat\":\"1\"")),
            ["the end twice"] = (Header, With($"\"exp\":{end}")),
            ["the subject twice"] = (Header, With("\"sub\":\"eve\"")),
            ["the role twice"] = (Header, With("\"roles\":\"guest\"")),
            ["a nested claim twice"] = (Header, With("\"x\":{\"a\":1,\"a\":2}")),
            ["an audience that is a number beside the right one"] = (Header, WithAudience("[\"workspace\",1]")),
            ["an audience that is null beside the right one"] = (Header, WithAudience("[null,\"workspace\"]")),
            ["an audience that is an object"] = (Header, WithAudience("{\"workspace\":\"workspace\"}")),
            ["a subject that is a number"] = (Header, good.Replace("\"ada\"", "1", StringComparison.Ordinal)),
            ["an issuer in a list"] = (Header, good.Replace(
                $"\"{_issuer.Authority}\"", $"[\"{_issuer.Authority}\"]", StringComparison.Ordinal)),
            ["claims that are no object"] = (Header, "[]"),
        };

        string[] headers = [Header, """{"alg":"RS256"}""", """{"alg":"RS256","typ":"at+jwt"}""", """{"alg":"RS256","typ":"jwt"}"""];
        foreach (var header in headers)
        {
            Assert.Null(RefusalOf(await SendAsync(_issuer.SignText(header, With("\"nbf\":1,\"iat\":1")), HttpMethod.Get, "/auth/key")));
        }

        foreach (var (fault, token) in tokens)
        {
            var answer = await SendAsync(_issuer.SignText(token.Header, token.Claims), HttpMethod.Get, "/auth/key");
            Assert.True(RefusalOf(answer)?.StartsWith("401 ", StringComparison.Ordinal) == true, $"{fault}: {answer}");
        }
    }

    [Fact]
    public async Task A_key_verifies_only_its_own_algorithm()
    {
        _issuer.PublishedAlgorithm = SecurityAlgorithms.RsaSha256;

        Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));
        foreach (var other in new[] { SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256 })
        {
            Assert.Equal(
                "401 invalid_credential", RefusalOf(await SendAsync(_issuer.Sign("admin", algorithm: other), HttpMethod.Get, "/user")));
        }
    }

    [Fact]
    public async Task A_key_without_an_algorithm_verifies_those_of_its_kind()
    {
        Assert.Null(RefusalOf(await SendAsync(
            _issuer.Sign("admin", algorithm: SecurityAlgorithms.RsaSsaPssSha256), HttpMethod.Get, "/user")));

        _clock.Advance(Pause);
        _issuer.Keys = [TestIssuer.CreateEcdsaKey()];
        Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));
        // The curve of the key is P-256. This algorithm needs P-384 (RFC 7518, section 3.4).
        Assert.Equal(
            "401 invalid_credential",
            RefusalOf(await SendAsync(_issuer.Sign("admin", algorithm: SecurityAlgorithms.EcdsaSha384), HttpMethod.Get, "/user")));
    }

    [Fact]
    public async Task A_token_expires_at_most_half_a_minute_late()
    {
        var (late, tooLate) = (_issuer.Sign("admin", change: ExpiredFor(15)), _issuer.Sign("admin", change: ExpiredFor(35)));

        Assert.Equal("401 expired_credential", RefusalOf(await SendAsync(tooLate, HttpMethod.Get, "/user")));
        Assert.Null(RefusalOf(await SendAsync(late, HttpMethod.Get, "/user")));
    }

    [Fact]
    public async Task Tokens_and_keys_both_work_and_the_caller_of_a_token_is_its_subject()
    {
        var key = await _service.CreateTokenAsync("admin");
        var token = _issuer.Sign(new JsonArray("admin"), change: claims => claims["aud"] = new JsonArray("payroll", TestIssuer.Audience));

        // Records the caller that the service tells the database.
        await _database.ExecuteAsync(
            """
            CREATE TABLE writes (caller jsonb);
            CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN INSERT INTO writes VALUES (current_setting('workspace.write')::jsonb); RETURN NULL; END$$;
            CREATE TRIGGER note_write AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION note_write();
            """);

        (await SendAsync(key, HttpMethod.Post, "/user", """{"first_name":"Ada"}""")).MustBe(201);
        (await SendAsync(token, HttpMethod.Post, "/user", """{"first_name":"Ada"}""")).MustBe(201);

        Assert.Equal(
            $"key:{Guid.ParseExact(key.Split('_')[1], "N")} subject:ada",
            await _database.ExecuteAsync("SELECT string_agg(caller->>'actor', ' ' ORDER BY caller->>'actor') FROM writes"));
    }

    [Fact]
    public async Task With_an_issuer_the_service_is_not_open_in_development()
    {
        await using var service = await TestService.StartAsync(_database.ConnectionString, _issuer.Settings[1..]);

        Assert.Equal("401 authentication_required", RefusalOf(await SendAsync(null, HttpMethod.Get, "/user", service: service)));
    }

    [Fact]
    public async Task A_new_key_works_at_once_and_a_withdrawn_key_at_most_five_minutes_longer()
    {
        var old = _issuer.Sign("admin");
        Assert.Null(RefusalOf(await SendAsync(old, HttpMethod.Get, "/user")));
        _clock.Advance(Pause);

        _issuer.Keys = [.. _issuer.Keys, TestIssuer.CreateEcdsaKey()];
        Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));
        Assert.Null(RefusalOf(await SendAsync(old, HttpMethod.Get, "/user")));
        Assert.Equal(2, _issuer.Readings);

        _issuer.Keys = [_issuer.Keys[1]];
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("401 invalid_credential", RefusalOf(await SendAsync(old, HttpMethod.Get, "/user")));
        Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));
    }

    [Fact]
    public async Task A_new_key_with_an_old_id_or_without_an_id_works_at_once()
    {
        Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));

        foreach (var name in new[] { _issuer.Keys[0].KeyId, null })
        {
            _clock.Advance(Pause);
            _issuer.Keys = [new RsaSecurityKey(RSA.Create(2048)) { KeyId = name }];
            Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));
        }
    }

    [Fact]
    public async Task Bad_tokens_make_the_service_ask_the_issuer_at_most_every_few_seconds()
    {
        var bad = Enumerable.Range(0, 40).Select(_ => _issuer.Sign("admin", TestIssuer.CreateEcdsaKey())).ToArray();
        Assert.All(
            await Task.WhenAll(bad.Select(token => SendAsync(token, HttpMethod.Get, "/user"))),
            answer => Assert.Equal("401 invalid_credential", RefusalOf(answer)));
        Assert.Equal(1, _issuer.Readings);

        _issuer.Keys = [TestIssuer.CreateRsaKey()];
        Assert.Equal("401 invalid_credential", RefusalOf(await SendAsync(bad[0], HttpMethod.Get, "/user")));
        _clock.Advance(Pause);
        await Task.WhenAll(bad.Select(token => SendAsync(token, HttpMethod.Get, "/user")));

        Assert.Equal(2, _issuer.Readings);
        Assert.Null(RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));
    }

    [Fact]
    public async Task The_keys_are_refreshed_without_delaying_requests()
    {
        var token = _issuer.Sign("admin");
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
        _clock.Advance(TimeSpan.FromMinutes(4.5));
        _issuer.IsSilent = true;

        var watch = Stopwatch.StartNew();
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
        SpinWait.SpinUntil(() => _issuer.Readings == 2, TimeSpan.FromSeconds(1));
        Assert.Equal(2, _issuer.Readings);
    }

    [Fact]
    public async Task Without_the_issuer_the_service_starts_and_tokens_work_when_the_issuer_is_back()
    {
        await _issuer.ShutAsync();
        var token = _issuer.Sign("admin");

        var answer = await SendAsync(token, HttpMethod.Get, "/user");
        Assert.Equal("503 issuer_unavailable", RefusalOf(answer));
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Empty(answer.Headers.WwwAuthenticate);
        Assert.Null(RefusalOf(await SendAsync(await _service.CreateTokenAsync("admin"), HttpMethod.Get, "/user")));
        Assert.Equal("401 authentication_required", RefusalOf(await SendAsync(null, HttpMethod.Get, "/user")));
        (await SendAsync(token, HttpMethod.Get, "/healthz/ready")).MustBe(200);

        _issuer.Open();
        _clock.Advance(Pause);
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
    }

    [Fact]
    public async Task Cached_issuer_keys_work_for_an_hour_of_an_outage()
    {
        var token = _issuer.Sign("admin");
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
        await _issuer.ShutAsync();

        _clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
        _clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("503 issuer_unavailable", RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));

        _issuer.Open();
        _clock.Advance(Pause);
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
    }

    [Fact]
    public async Task A_silent_issuer_does_not_delay_tokens_of_known_keys_again()
    {
        var token = _issuer.Sign("admin");
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
        _issuer.IsSilent = true;
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));

        foreach (var pause in new[] { Pause, TimeSpan.FromMinutes(4) })
        {
            _clock.Advance(pause);
            var watch = Stopwatch.StartNew();
            Assert.Null(RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")));
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
        }

        // The service asks in the background, so it sees the new key as soon as the issuer answers again.
        _issuer.IsSilent = false;
        _issuer.Keys = [TestIssuer.CreateRsaKey()];
        _clock.Advance(Pause);
        await Eventually.BeAsync(async () => RefusalOf(await SendAsync(token, HttpMethod.Get, "/user")) == "401 invalid_credential");
    }

    [Fact]
    public async Task A_silent_issuer_delays_simultaneous_requests_once_for_two_seconds()
    {
        _issuer.IsSilent = true;

        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user")));

        Assert.All(answers, answer => Assert.Equal("503 issuer_unavailable", RefusalOf(answer)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.Equal(1, _issuer.Readings);
    }

    [Fact]
    public async Task A_request_waits_for_the_issuer_no_longer_than_its_time_limit()
    {
        _issuer.IsSilent = true;
        await using var service = await TestService.StartAsync(
            _database.ConnectionString, [.. _issuer.Settings, ("Requests:TimeoutSeconds", "1")]);

        Assert.Equal("504 timed_out", RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user", service: service)));
    }

    [Fact]
    public async Task No_part_of_a_token_is_logged_even_at_debug_level()
    {
        var file = Path.Combine(Path.GetTempPath(), $"workspace-log-{Guid.NewGuid():N}.json");
        try
        {
            string[] tokens =
            [
                _issuer.Sign("admin"),
                _issuer.Sign("admin", TestIssuer.CreateRsaKey()),
                _issuer.Sign("admin", change: ExpiredFor(60)),
                "secrettoken",
            ];
            await using (var service = await TestService.StartAsync(
                _database.ConnectionString,
                [
                    .. _issuer.Settings,
                    ("Serilog:MinimumLevel:Default", "Debug"),
                    ("Serilog:MinimumLevel:Override:Microsoft", "Information"),
                    ("Serilog:Using:0", "Serilog.Sinks.File"),
                    ("Serilog:WriteTo:0:Name", "File"),
                    ("Serilog:WriteTo:0:Args:path", file),
                ]))
            {
                foreach (var token in tokens)
                {
                    await SendAsync(token, HttpMethod.Get, "/user", service: service);
                }
            }

            var log = await File.ReadAllTextAsync(file);
            Assert.Contains("was not authenticated", log, StringComparison.Ordinal);
            Assert.All(tokens.SelectMany(token => token.Split('.')), part => Assert.DoesNotContain(part, log, StringComparison.Ordinal));
            Assert.DoesNotContain("IDX", log, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_log_says_that_a_slow_issuer_does_not_answer()
    {
        _issuer.IsSilent = true;

        var log = await LogOfAsync(async (service, _) => Assert.Equal(
            "503 issuer_unavailable", RefusalOf(await SendAsync(_issuer.Sign("admin"), HttpMethod.Get, "/user", service: service))));

        Assert.Contains("does not answer within 2 seconds", log, StringComparison.Ordinal);
        Assert.DoesNotContain("canceled", log, StringComparison.Ordinal);
    }

    /// <summary>Returns the log of a service of its own, from the level Warning on.</summary>
    private async Task<string> LogOfAsync(Func<TestService, ShiftedClock, Task> requestsAsync)
    {
        var file = Path.Combine(Path.GetTempPath(), $"workspace-log-{Guid.NewGuid():N}.txt");
        var clock = new ShiftedClock();
        try
        {
            await using (var service = await TestService.StartAsync(
                _database.ConnectionString,
                clock,
                [
                    .. _issuer.Settings,
                    ("Serilog:MinimumLevel:Default", "Warning"),
                    ("Serilog:Using:0", "Serilog.Sinks.File"),
                    ("Serilog:WriteTo:0:Name", "File"),
                    ("Serilog:WriteTo:0:Args:path", file),
                ]))
            {
                await requestsAsync(service, clock);
            }

            return await File.ReadAllTextAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Action<JsonObject> ExpiredFor(int seconds) => claims =>
    {
        claims["nbf"] = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        claims["exp"] = DateTimeOffset.UtcNow.AddSeconds(-seconds).ToUnixTimeSeconds();
    };

    private static string Encode(string text) => Base64UrlEncoder.Encode(text);

    private static string Decode(string text) => Base64UrlEncoder.Decode(text);

    private static string? RefusalOf(Answer answer) =>
        answer.Status is 401 or 403 or >= 500 ? $"{answer.Status} {answer.Json["code"]}" : null;

    private async Task<Answer> SendAsync(string? token, HttpMethod method, string path, string? body = null, TestService? service = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await (service ?? _service).Stranger.SendAsync(request);
        var answer = await Answer.ReadAsync(request, response);
        if (answer.Status >= 400)
        {
            Contract.VerifyProblem(answer);
        }

        return answer;
    }
}
