namespace CleanWorkspace.WebApi.Authentication;

/// <summary>The reason of a refused credential, for the operator. Callers learn less (<see cref="CredentialException"/>).</summary>
/// <param name="Reason">The name of the reason in the metrics and the log.</param>
/// <param name="Cause">The reason as the end of a sentence. It has no part of the credential.</param>
internal sealed record Refusal(string Reason, string Cause)
{
    public static Refusal Malformed { get; } =
        new("malformed", "it has not the form of an API key or of a token from the configured issuer");

    public static Refusal UnknownKey { get; } = new("unknown_key", "there is no such API key, or it was revoked");

    public static Refusal ExpiredKey { get; } = new("expired_key", "the API key has expired");

    public static Refusal ExpiredToken { get; } = new("expired_token", "the token has expired (exp)");

    public static Refusal NotYetValid { get; } =
        new("not_yet_valid", "the token is not valid yet (nbf); compare the clocks of this machine and of the issuer");

    public static Refusal UnknownSigningKey { get; } =
        new("unknown_signing_key", "the issuer publishes no key with the id (kid) of the token's key");

    public static Refusal BadSignature { get; } =
        new("bad_signature", "no published key of the issuer verifies its signature, or its algorithm is not accepted");

    public static Refusal NoRole { get; } = new(
        "no_role", "the token has no role that the service knows in the claim of Authentication__RoleClaim");

    public static Refusal TooManyFailures { get; } =
        new("too_many_failures", "its address has sent too many refused ones (RateLimits__FailuresPerMinute)");

    public static Refusal WrongIssuer(string expected) => new("wrong_issuer", $"its issuer (iss) is not {expected}");

    public static Refusal WrongAudience(string expected) => new("wrong_audience", $"its audience (aud) does not contain {expected}");
}
