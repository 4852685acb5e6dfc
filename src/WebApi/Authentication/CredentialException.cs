namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Why a credential is refused: 401.</summary>
internal sealed class CredentialException : Exception
{
    private CredentialException(string code, string detail)
        : base(detail) => Code = code;

    /// <summary>It proves nothing: malformed, unknown, revoked, or signed by someone else.</summary>
    public static CredentialException Invalid { get; } =
        new("invalid_credential", "The credential is malformed, unknown or revoked. Send a valid API key or token as Authorization: Bearer.");

    /// <summary>It was valid once.</summary>
    public static CredentialException Expired { get; } =
        new("expired_credential", "The credential has expired. Send one that is valid as Authorization: Bearer.");

    public string Code { get; }
}
