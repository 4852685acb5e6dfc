using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// An issuer of tokens on this machine. It follows OpenID Connect Discovery: it has a discovery document and a key set. A test can
/// replace its keys, cut it off and make it silent.
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

    /// <summary>The issuer's address, which is also its name in tokens.</summary>
    public string Authority => $"http://127.0.0.1:{_gate.Port}";

    /// <summary>The key set. The last key signs.</summary>
    public IReadOnlyList<SecurityKey> Keys { get; set; } = [CreateRsaKey()];

    /// <summary>The algorithm (<c>alg</c>) of the keys in the key set, or null to leave it out.</summary>
    public string? PublishedAlgorithm { get; set; }

    /// <summary>The number of requests for the discovery document.</summary>
    public int Readings => _readings;

    /// <summary>Whether the issuer accepts requests for the discovery document without answering them.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The settings of a service that accepts the issuer's tokens.</summary>
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

    public static SecurityKey CreateEcdsaKey() =>
        new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>Cuts the issuer off. Its address then refuses connections.</summary>
    public Task ShutAsync() => _gate.ShutAsync();

    public void Open() => _gate.Open("127.0.0.1", new Uri(_app.Urls.Single()).Port);

    /// <summary>Signs a valid token. The arguments can make it invalid.</summary>
    /// <param name="role">The value of the claim <c>roles</c>: a name, a list of names, or null for no such claim.</param>
    /// <param name="key">The signing key. By default it is the issuer's newest key.</param>
    /// <param name="algorithm">The algorithm. By default it follows from the key.</param>
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

    /// <summary>Signs any header and any claims with the issuer's newest key by RS256.</summary>
    public string SignText(string header, string claims)
    {
        var text = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(claims)}";
        var signature = ((RsaSecurityKey)Keys[^1]).Rsa.SignData(
            Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64UrlEncoder.Encode(signature)}";
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        await _app.DisposeAsync();
    }

    private JsonObject Publish(SecurityKey key)
    {
        var published = key is ECDsaSecurityKey ecdsa
            ? JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(ecdsa.ECDsa.ExportParameters(false))))
            : JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(((RsaSecurityKey)key).Rsa.ExportParameters(false)));
        var json = new JsonObject { ["kty"] = published.Kty, ["use"] = "sig", ["kid"] = key.KeyId };
        var parts = new[]
        {
            ("n", published.N), ("e", published.E), ("crv", published.Crv), ("x", published.X), ("y", published.Y),
            ("alg", PublishedAlgorithm),
        };
        foreach (var (name, value) in parts)
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
                await Task.Delay(TimeLimit.OfTest, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await context.Response.WriteAsync(new JsonObject { ["issuer"] = Authority, ["jwks_uri"] = $"{Authority}/keys" }.ToJsonString());
        }
        else
        {
            await context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(Publish)]) }.ToJsonString());
        }
    }
}
