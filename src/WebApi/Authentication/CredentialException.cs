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
        "issuer_unavailable", "The issuer of tokens does not answer at the moment; try again in a few seconds.", StatusCodes.Status503ServiceUnavailable);

    public string Code { get; }

    public int Status { get; }
}
