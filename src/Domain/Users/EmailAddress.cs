using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>
/// An e-mail address: one <c>@</c> with something on both sides, no blanks, at most <see cref="MaxLength"/> characters;
/// kept as given, unique in the workspace without regard to case.
/// </summary>
public static class EmailAddress
{
    /// <summary>The most characters of an address, from the limit on a mail path (RFC 5321, section 4.5.3.1.3).</summary>
    public const int MaxLength = 254;

    private static readonly TextRule Text = new(MaxLength, required: true);

    /// <summary>The first thing wrong with the address, or null: a code of <see cref="TextRule.Check(string)"/> or <c>invalid_email</c>.</summary>
    public static Fault? Check(string? address) => Check(address, out _);

    /// <summary>The first thing wrong with the address, or null; and then the address as it is stored, for who does both many times.</summary>
    public static Fault? Check(string? address, out string? normalized) =>
        Text.Check(address, out normalized) ?? CheckForm(normalized!);

    /// <summary>The address as it is stored.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check(string)"/> finds a fault in the address.</exception>
    public static string Normalize(string? address) =>
        Check(address, out var normalized) is { } fault ? throw new InvalidValueException(fault) : normalized!;

    /// <summary>
    /// The form in which two addresses are the same. Upper case first, because some letters (ſ, ς) have the same capital
    /// as another but are lower case already.
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
            : new Fault("invalid_email", "Must be an address such as ada@example.org: one @ with text on both sides, without blanks.");
    }
}
