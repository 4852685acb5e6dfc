using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>The operator learns from the log and the metrics why credentials are refused. Callers do not.</summary>
public sealed class RefusedCredentialsTests : IAsyncLifetime
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"workspace-log-{Guid.NewGuid():N}.txt");
    private readonly ShiftedClock _clock = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private TestDatabase _database = null!;
    private TestIssuer _issuer = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _issuer = await TestIssuer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _database.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task Every_reason_is_counted_each_time_and_logged_once_a_minute()
    {
        var secret = "secretvalue" + Guid.NewGuid().ToString("N");
        var key = (RsaSecurityKey)_issuer.Keys[0];
        string good = "", expired = "", unknown = "";

        var log = await LogOfAsync(async service =>
        {
            good = await service.CreateTokenAsync("viewer");
            expired = await service.CreateTokenAsync("viewer", DateTimeOffset.UtcNow.AddDays(-1));
            unknown = $"cwk_{Guid.NewGuid():N}_{good.Split('_', 3)[2]}";
            var credentials = new Dictionary<string, string>
            {
                ["malformed"] = $"{secret}.a.b",
                ["unknown_key"] = unknown,
                ["expired_key"] = expired,
                ["wrong_issuer"] = Sign(claims => claims["iss"] = $"https://{secret}.example.org"),
                ["wrong_audience"] = Sign(claims => claims["aud"] = secret),
                ["expired_token"] = Sign(claims => claims["exp"] = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds()),
                ["not_yet_valid"] = Sign(claims => claims["nbf"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()),
                ["unknown_signing_key"] = _issuer.Sign("admin", TestIssuer.CreateRsaKey()),
                ["bad_signature"] = _issuer.Sign("admin", new RsaSecurityKey(RSA.Create(2048)) { KeyId = key.KeyId }),
                ["no_role"] = _issuer.Sign(secret),
            };
            for (var minute = 0; minute < 2; minute++)
            {
                foreach (var (reason, credential) in credentials)
                {
                    for (var i = 0; i < 2; i++)
                    {
                        Assert.Equal(reason == "no_role" ? 403 : 401, await AskAsync(service, credential));
                    }
                }

                _clock.Advance(TimeSpan.FromMinutes(1));
            }

            Assert.Equal(200, await AskAsync(service, await service.CreateTokenAsync("viewer")));
            Assert.Equal(401, await AskAsync(service, null));
            Assert.All(credentials.Keys, reason => Assert.Equal(4, _counts.GetValueOrDefault(reason)));
            Assert.Equal(credentials.Keys.Order(), _counts.Keys.Order());
        });

        Assert.All(_counts.Keys, reason => Assert.Equal(2, Regex.Count(log, $@"\({reason}\)|\(""{reason}""\)")));
        Assert.Equal(2, Regex.Count(log, @"refused because .*\(iss\) is not " + Regex.Escape(_issuer.Authority)));
        Assert.Equal(2, Regex.Count(log, @"refused because .*\(aud\) does not contain workspace"));
        Assert.All(
            new[] { "secretvalue", good, expired, unknown, good.Split('_', 3)[2] },
            text => Assert.DoesNotContain(text, log, StringComparison.OrdinalIgnoreCase));

        string Sign(Action<JsonObject> change) => _issuer.Sign("admin", change: claims =>
        {
            claims["nbf"] = DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeSeconds();
            change(claims);
        });
    }

    [Fact]
    public async Task Guesses_of_a_blocked_address_have_a_reason_too()
    {
        var log = await LogOfAsync(
            async service =>
            {
                await AskAsync(service, "cwk_guess");
                Assert.Equal(429, await AskAsync(service, "cwk_guess"));
            },
            ("RateLimits:FailuresPerMinute", "1"));

        Assert.Equal(1, _counts["malformed"]);
        Assert.Equal(1, _counts["too_many_failures"]);
        Assert.Contains("too_many_failures", log, StringComparison.Ordinal);
    }

    private static async Task<int> AskAsync(TestService service, string? credential)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user");
        request.Headers.Authorization = credential is null ? null : new AuthenticationHeaderValue("Bearer", credential);
        using var response = await service.Stranger.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Returns the warnings of a service of its own, and counts its refused credentials.</summary>
    private async Task<string> LogOfAsync(Func<TestService, Task> requestsAsync, params (string, string)[] settings)
    {
        using var listener = new MeterListener();
        await using (var service = await TestService.StartAsync(
            _database.ConnectionString,
            _clock,
            [
                .. _issuer.Settings,
                .. settings,
                ("Serilog:MinimumLevel:Default", "Warning"),
                ("Serilog:Using:0", "Serilog.Sinks.File"),
                ("Serilog:WriteTo:0:Name", "File"),
                ("Serilog:WriteTo:0:Args:path", _file),
            ]))
        {
            // Other services in this process have meters of the same name.
            var meters = service.Services.GetRequiredService<IMeterFactory>();
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "cleanworkspace.credentials.refused" && instrument.Meter.Name == "CleanWorkspace"
                    && instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
                _counts.AddOrUpdate((string)tags[0].Value!, count, (_, sum) => sum + count));
            listener.Start();
            await requestsAsync(service);
        }

        return await File.ReadAllTextAsync(_file);
    }
}
