namespace CleanWorkspace.WebApi.Authentication;

/// <summary>The reason why a credential is refused.</summary>
internal sealed class CredentialException : Exception
{
    private CredentialException(string code, string detail, int status = StatusCodes.Status401Unauthorized)
        : base(detail) => (Code, Status) = (code, status);

    /// <summary>The credential is malformed, unknown, revoked or signed by an unknown key.</summary>
    public static CredentialException Invalid { get; } = new(
        "invalid_credential",
        "The credential is malformed, unknown or revoked. Send a valid API key or token as Authorization: Bearer.");

    /// <summary>The credential was valid until it expired.</summary>
    public static CredentialException Expired { get; } = new(
        "expired_credential",
        "The credential has expired. Send one that is valid as Authorization: Bearer.");

    /// <summary>The token cannot be checked, because the issuer does not answer.</summary>
    public static CredentialException IssuerUnavailable { get; } = new(
        "issuer_unavailable",
        "The token cannot be checked because its issuer does not answer. Try again in a few seconds.",
        StatusCodes.Status503ServiceUnavailable)
    {
        RetryAfter = "5",
    };

    public string Code { get; }

    public int Status { get; }

    /// <summary>The value of the header <c>Retry-After</c>, or null if a retry cannot succeed.</summary>
    public string? RetryAfter { get; private init; }

    /// <summary>The address has sent too many bad credentials. This one was not checked, or it was bad too.</summary>
    /// <param name="retryAfter">The value of the header <c>Retry-After</c>.</param>
    public static CredentialException TooManyFailures(string retryAfter) => new(
        "too_many_failures",
        "Too many credentials from this address were refused. Try again later with a valid one.",
        StatusCodes.Status429TooManyRequests)
    {
        RetryAfter = retryAfter,
    };
}
