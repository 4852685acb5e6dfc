using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// An issuer of tokens on this machine, as OpenID Connect Discovery has it: a discovery document, a key set, and keys that can be
/// replaced. It can be cut off, and be made to keep silent.
/// </summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    public const string Audience = "workspace";

    private readonly WebApplication _app;
    private TcpGate _gate = null!;
    private int _readings;

    private TestIssuer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where the issuer is, and how it calls itself.</summary>
    public string Authority => $"http://127.0.0.1:{_gate.Port}";

    /// <summary>What the key set has; the last one signs.</summary>
    public IReadOnlyList<SecurityKey> Keys { get; set; } = [CreateRsaKey()];

    /// <summary>How often the issuer has been asked for its discovery document.</summary>
    public int Readings => _readings;

    /// <summary>Whether requests are taken and not answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What a service has to be told to take the issuer's tokens.</summary>
    public (string Key, string Value)[] Settings =>
        [("Authentication:Required", "true"), ("Authentication:Authority", Authority), ("Authentication:Audience", Audience)];

    public static async Task<TestIssuer> StartAsync()
    {
        var issuer = new TestIssuer();
        await issuer._app.StartAsync();
        issuer._gate = new TcpGate("127.0.0.1", new Uri(issuer._app.Urls.Single()).Port);
        return issuer;
    }

    public static SecurityKey CreateRsaKey() => new RsaSecurityKey(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    public static SecurityKey CreateEcdsaKey() => new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>Cuts the issuer off; nothing listens at its address.</summary>
    public Task ShutAsync() => _gate.ShutAsync();

    public void Open() => _gate.Open("127.0.0.1", new Uri(_app.Urls.Single()).Port);

    /// <summary>A token that is as it should be, but for what is given.</summary>
    /// <param name="role">What the claim <c>roles</c> has: a name, several, or null for no such claim.</param>
    /// <param name="key">What signs in place of the issuer's newest key.</param>
    /// <param name="algorithm">How, where not as is usual for the key.</param>
    /// <param name="change">Changes the claims.</param>
    public string Sign(JsonNode? role, SecurityKey? key = null, string? algorithm = null, Action<JsonObject>? change = null)
    {
        var now = DateTimeOffset.UtcNow;
        var claims = new JsonObject
        {
            ["iss"] = Authority,
            ["sub"] = "ada",
            ["aud"] = Audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        };
        if (role is not null)
        {
            claims["roles"] = role;
        }

        change?.Invoke(claims);
        key ??= Keys[^1];
        algorithm ??= key is ECDsaSecurityKey ? SecurityAlgorithms.EcdsaSha256 : SecurityAlgorithms.RsaSha256;
        return new JsonWebTokenHandler().CreateToken(claims.ToJsonString(), new SigningCredentials(key, algorithm));
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        await _app.DisposeAsync();
    }

    private static JsonObject Publish(SecurityKey key)
    {
        var published = key is ECDsaSecurityKey ecdsa
            ? JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(ecdsa.ECDsa.ExportParameters(false))))
            : JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(((RsaSecurityKey)key).Rsa.ExportParameters(false)));
        var json = new JsonObject { ["kty"] = published.Kty, ["use"] = "sig", ["kid"] = key.KeyId };
        foreach (var (name, value) in new[] { ("n", published.N), ("e", published.E), ("crv", published.Crv), ("x", published.X), ("y", published.Y) })
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        return json;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/.well-known/openid-configuration")
        {
            Interlocked.Increment(ref _readings);
            if (IsSilent)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await context.Response.WriteAsync(new JsonObject { ["issuer"] = Authority, ["jwks_uri"] = $"{Authority}/keys" }.ToJsonString());
        }
        else
        {
            await context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(Publish)]) }.ToJsonString());
        }
    }
}
