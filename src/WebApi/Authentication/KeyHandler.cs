using System.Text.Encodings.Web;
using CleanWorkspace.Domain.ApiKeys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Authenticates a caller by the token of an API key, sent as <c>Authorization: Bearer</c> (RFC 6750, section 2.1).</summary>
internal sealed class KeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    KeyCache keys,
    FailureLimit failures,
    TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0 || !AccessMiddleware.IsRequired(Context))
        {
            return AuthenticateResult.NoResult();
        }

        var token = KeyToken.Parse(BearerToken.Read(header));
        if (token is not null && keys.IsKnown(token, out var fresh))
        {
            // A known token skips the failure limit, so it keeps working while others guess from the same address.
            return fresh is null ? await AuthenticateAsync(token) : Accept(fresh);
        }

        using var turn = await failures.WaitForTurnAsync(Context);
        return failures.FindRefusal(Context) is { } refusal ? AuthenticateResult.Fail(refusal) : await AuthenticateAsync(token);
    }

    private async Task<AuthenticateResult> AuthenticateAsync(KeyToken? token)
    {
        if (token is null || await keys.FindAsync(token, Context.RequestAborted) is not { } key)
        {
            return Refuse(CredentialException.Invalid);
        }

        return key.Key.IsExpired(clock.GetUtcNow())
            ? Refuse(CredentialException.Expired)
            : Accept(key);
    }

    private AuthenticateResult Accept(CachedKey key)
    {
        keys.RecordUse(key);
        return AuthenticateResult.Success(new AuthenticationTicket(key.Principal, Scheme.Name));
    }

    private AuthenticateResult Refuse(CredentialException failure) => AuthenticateResult.Fail(failures.CountFailure(Context, failure));
}
