using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>
/// The rules of e-mail addresses: one <c>@</c> with text on both sides, no white space, at most <see cref="MaxLength"/> characters.
/// An address is stored as given and unique in the workspace regardless of case.
/// </summary>
public static class EmailAddress
{
    /// <summary>The maximum number of characters, from the limit of a mail path (RFC 5321, section 4.5.3.1.3).</summary>
    public const int MaxLength = 254;

    private static readonly TextRule Text = new(MaxLength, required: true);

    /// <summary>Returns the first fault, or null: a code of <see cref="TextRule.Check(string)"/> or <c>invalid_email</c>.</summary>
    public static Fault? Check(string? address) => Check(address, out _);

    /// <summary>Returns the first fault; or null and the address as it is stored.</summary>
    public static Fault? Check(string? address, out string? normalized) =>
        Text.Check(address, out normalized) ?? CheckForm(normalized!);

    /// <summary>Returns the address as it is stored.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check(string)"/> finds a fault in the address.</exception>
    public static string Normalize(string? address) =>
        Check(address, out var normalized) is { } fault ? throw new InvalidValueException(fault) : normalized!;

    /// <summary>
    /// Returns the form in which equal addresses are equal. It goes through upper case first, because some lower-case letters
    /// (ſ, ς) share a capital letter with another one.
    /// </summary>
    public static string Fold(string address) => address.ToUpperInvariant().ToLowerInvariant();

    private static Fault? CheckForm(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        var isWellFormed = at > 0
            && at < address.Length - 1
            && at == address.LastIndexOf('@')
            && !address.Any(char.IsWhiteSpace);
        return isWellFormed
            ? null
            : new Fault("invalid_email", "Must be an address such as ada@example.org: one @ with text on both sides, no white space.");
    }
}
