using System.Buffers;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Users;

/// <summary>
/// The rules of e-mail addresses: one <c>@</c> with a domain after it, no white space, no invisible characters, at most
/// <see cref="MaxLength"/> characters. An address is stored as given. It is unique in the workspace regardless of case and of the
/// spelling of an internationalised domain.
/// </summary>
public static class EmailAddress
{
    /// <summary>The maximum number of characters, from the limit of a mail path (RFC 5321, section 4.5.3.1.3).</summary>
    public const int MaxLength = 254;

    private static readonly TextRule Text = new(MaxLength, required: true);

    // They separate or enclose addresses in lists and letters, so an address with one of them was copied with too much around it.
    private static readonly SearchValues<char> Separators = SearchValues.Create(";,<>()\"");

    /// <summary>Returns the first fault, or null: a code of <see cref="TextRule.Check(string)"/> or <c>invalid_email</c>.</summary>
    public static Fault? Check(string? address) => Check(address, out _);

    /// <summary>Returns the first fault; or null and the address as it is stored.</summary>
    public static Fault? Check(string? address, out string? normalized)
    {
        if (address is not null && Invisible.FindIn(address) is { } invisible)
        {
            normalized = null;
            return new Fault(
                "invalid_email", $"Must not contain invisible characters. Found U+{invisible.Value:X4}. Delete it, or type the address.");
        }

        return Text.Check(address, out normalized) ?? CheckForm(normalized!);
    }

    /// <summary>Returns the address as it is stored.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check(string)"/> finds a fault in the address.</exception>
    public static string Normalize(string? address) =>
        Check(address, out var normalized) is { } fault ? throw new InvalidValueException(fault) : normalized!;

    /// <summary>
    /// Returns the form in which equal addresses are equal. It goes through upper case first, because some lower-case letters
    /// (ſ, ς) share a capital letter with another one. The domain has its Unicode spelling.
    /// </summary>
    public static string Fold(string address)
    {
        var lower = address.ToUpperInvariant().ToLowerInvariant();
        var at = lower.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || at == lower.Length - 1 || DomainName.IsPlain(lower.AsSpan(at + 1)))
        {
            return lower;
        }

        var folded = string.Concat(lower.AsSpan(0, at + 1), DomainName.Fold(lower[(at + 1)..]));
        // Some letters become several ones. The column has no room for a longer text.
        return folded.Length > Math.Max(lower.Length, MaxLength) ? lower : folded;
    }

    private static Fault? CheckForm(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at == address.Length - 1 || at != address.LastIndexOf('@') || address.Any(char.IsWhiteSpace))
        {
            return Invalid("one @ with text on both sides, no white space.");
        }

        if (address.AsSpan().ContainsAny(Separators))
        {
            return Invalid("without any of ; , < > ( ) and quotes. Give one address alone.");
        }

        return DomainName.IsValid(address.AsSpan(at + 1))
            ? null
            : Invalid("after the @ letters, digits and hyphens, with one dot between two parts.");
    }

    private static Fault Invalid(string rule) => new("invalid_email", $"Must be an address such as ada@example.org: {rule}");
}
