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
    RefusedCredentials refused,
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
        if (failures.FindRefusal(Context) is { } tooMany)
        {
            refused.Record(Refusal.TooManyFailures);
            return AuthenticateResult.Fail(tooMany);
        }

        return await AuthenticateAsync(token);
    }

    private async Task<AuthenticateResult> AuthenticateAsync(KeyToken? token)
    {
        if (token is null)
        {
            return Refuse(CredentialException.Invalid, Refusal.Malformed);
        }

        if (await keys.FindAsync(token, Context.RequestAborted) is not { } key)
        {
            return Refuse(CredentialException.Invalid, Refusal.UnknownKey);
        }

        return key.Key.IsExpired(clock.GetUtcNow())
            ? Refuse(CredentialException.Expired, Refusal.ExpiredKey)
            : Accept(key);
    }

    private AuthenticateResult Accept(CachedKey key)
    {
        keys.RecordUse(key);
        return AuthenticateResult.Success(new AuthenticationTicket(key.Principal, Scheme.Name));
    }

    private AuthenticateResult Refuse(CredentialException failure, Refusal refusal)
    {
        refused.Record(refusal);
        return AuthenticateResult.Fail(failures.CountFailure(Context, failure));
    }
}
