using System.Text.Encodings.Web;
using CleanWorkspace.Domain.ApiKeys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Authenticates by an API key's token, sent as <c>Authorization: Bearer</c> (RFC 6750, section 2.1).</summary>
internal sealed class KeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyCache keys, FailureLimit failures, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0 || !Access.IsRequired(Context))
        {
            return AuthenticateResult.NoResult();
        }

        var token = KeyToken.Parse(BearerToken.In(header));
        if (token is not null && keys.Knows(token, out var key))
        {
            // Whoever shares its address with one who guesses can go on working.
            return key is null ? await AuthenticateAsync(token) : LetIn(key);
        }

        using var turn = await failures.TakeTurnAsync(Context);
        return failures.FindRefusal(Context) is { } refusal ? AuthenticateResult.Fail(refusal) : await AuthenticateAsync(token);
    }

    private async Task<AuthenticateResult> AuthenticateAsync(KeyToken? token)
    {
        if (token is null || await keys.FindAsync(token, Context.RequestAborted) is not { } key)
        {
            return Fail(CredentialException.Invalid);
        }

        return key.Key.IsExpired(clock.GetUtcNow())
            ? Fail(CredentialException.Expired)
            : LetIn(key);
    }

    private AuthenticateResult LetIn(CachedKey key)
    {
        keys.CountUse(key);
        return AuthenticateResult.Success(new AuthenticationTicket(key.Principal, Scheme.Name));
    }

    private AuthenticateResult Fail(CredentialException failure) => AuthenticateResult.Fail(failures.Count(Context, failure));
}
