namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Why a credential is not taken.</summary>
internal sealed class CredentialException : Exception
{
    private CredentialException(string code, string detail, int status = StatusCodes.Status401Unauthorized)
        : base(detail) => (Code, Status) = (code, status);

    /// <summary>It proves nothing: malformed, unknown, revoked, or signed by someone else.</summary>
    public static CredentialException Invalid { get; } =
        new("invalid_credential", "The credential is malformed, unknown or revoked. Send a valid API key or token as Authorization: Bearer.");

    /// <summary>It was valid once.</summary>
    public static CredentialException Expired { get; } =
        new("expired_credential", "The credential has expired. Send one that is valid as Authorization: Bearer.");

    /// <summary>It may be valid: whether it is cannot be known at the moment.</summary>
    public static CredentialException IssuerUnavailable { get; } = new(
        "issuer_unavailable", "The issuer of tokens does not answer at the moment; try again in a few seconds.", StatusCodes.Status503ServiceUnavailable)
    {
        RetryAfter = "5",
    };

    public string Code { get; }

    public int Status { get; }

    /// <summary>For the header of that name, where a later try may be worth while; else null.</summary>
    public string? RetryAfter { get; private init; }

    /// <summary>It was not looked at, or not taken for what it is, because too many others from its address were refused.</summary>
    public static CredentialException TooMany(string retryAfter) => new(
        "too_many_failures", "Too many credentials from this address were refused. Try again later, with a valid one.", StatusCodes.Status429TooManyRequests)
    {
        RetryAfter = retryAfter,
    };
}
