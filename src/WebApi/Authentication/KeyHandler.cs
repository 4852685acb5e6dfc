using System.Text.Encodings.Web;
using CleanWorkspace.Domain.ApiKeys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Authenticates by an API key's token, sent as <c>Authorization: Bearer</c> (RFC 6750, section 2.1).</summary>
internal sealed class KeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyCache keys, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return AuthenticateResult.NoResult();
        }

        if (KeyToken.Parse(BearerToken.In(header)) is not { } token || await keys.FindAsync(token, Context.RequestAborted) is not { } key)
        {
            return AuthenticateResult.Fail(CredentialException.Invalid);
        }

        return key.Key.IsExpired(clock.GetUtcNow())
            ? AuthenticateResult.Fail(CredentialException.Expired)
            : AuthenticateResult.Success(new AuthenticationTicket(key.Principal, Scheme.Name));
    }
}
