using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Logs that a token has another issuer or audience than configured. Callers see only a 401, so the operator needs the reason. The
/// log has no part of the token.
/// </summary>
internal sealed class RefusedTokenLog(IssuerSettings settings, TimeProvider clock, ILogger<RefusedTokenLog> logger)
{
    // Anyone can send such tokens, so each reason is logged at most this often.
    private static readonly TimeSpan MinInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _lastIssuer;
    private long? _lastAudience;

    /// <summary>Logs the reason, if it is one of the two and was not logged just before.</summary>
    /// <param name="token">The refused token, or null if it cannot be read.</param>
    /// <param name="issuer">The issuer in the discovery document.</param>
    public void Write(JsonWebToken? token, string issuer)
    {
        if (token is not null && token.Issuer != issuer && IsDue(ref _lastIssuer))
        {
            logger.LogWarning("A token was refused because its issuer (iss) is not {Issuer}", issuer);
        }

        if (token is not null && !token.Audiences.Contains(settings.Audience) && IsDue(ref _lastAudience))
        {
            logger.LogWarning("A token was refused because its audience (aud) does not contain {Audience}", settings.Audience);
        }
    }

    private bool IsDue(ref long? last)
    {
        lock (_lock)
        {
            var isDue = last is not { } time || clock.GetElapsedTime(time) >= MinInterval;
            if (isDue)
            {
                last = clock.GetTimestamp();
            }

            return isDue;
        }
    }
}
