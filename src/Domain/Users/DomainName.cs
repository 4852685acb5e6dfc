using System.Buffers;
using System.Globalization;
using System.Text;

namespace CleanWorkspace.Domain.Users;

/// <summary>The rules of the part of an e-mail address after the <c>@</c>.</summary>
internal static class DomainName
{
    private const string AsciiPrefix = "xn--";

    // Characters between letters that internationalised domains may have (RFC 5892, appendix A).
    private const string Joiners = "-\u00B7\u0375\u05F3\u05F4\u30FB";

    // The full stops that separate labels (RFC 3490, section 3.1).
    private static readonly SearchValues<char> Dots = SearchValues.Create(".\u3002\uFF0E\uFF61");

    private static readonly IdnMapping Idn = new();

    /// <summary>
    /// Tells whether the text is labels of letters, digits and hyphens with one dot between them. A dot at the end is allowed.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var dot = text.IndexOfAny(Dots);
            if (!IsLabel(dot < 0 ? text : text[..dot]))
            {
                return false;
            }

            if (dot < 0 || dot == text.Length - 1)
            {
                return true;
            }

            text = text[(dot + 1)..];
        }
    }

    /// <summary>Tells whether a valid domain in lower case has one spelling only.</summary>
    public static bool IsPlain(ReadOnlySpan<char> domain) =>
        Ascii.IsValid(domain) && domain[^1] != '.' && !domain.Contains(AsciiPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Returns the form in which equal domains are equal: with ASCII dots, without a dot at the end, and without <c>xn--</c>.
    /// </summary>
    /// <param name="domain">A valid domain in lower case.</param>
    public static string Fold(string domain)
    {
        var folded = new StringBuilder(domain.Length);
        foreach (var range in domain.AsSpan().SplitAny(Dots))
        {
            if (!domain.AsSpan(range).IsEmpty)
            {
                folded.Append(folded.Length > 0 ? "." : "").Append(FoldLabel(domain[range]));
            }
        }

        return folded.ToString();
    }

    private static bool IsLabel(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsLetterOrDigit(rune) && !IsJoiner(rune) && !IsMark(rune))
            {
                return false;
            }
        }

        return !text.IsEmpty;
    }

    private static bool IsJoiner(Rune rune) => rune.IsBmp && Joiners.Contains((char)rune.Value, StringComparison.Ordinal);

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string FoldLabel(string label)
    {
        if (Ascii.IsValid(label) && !label.StartsWith(AsciiPrefix, StringComparison.Ordinal))
        {
            return label;
        }

        try
        {
            var unicode = Idn.GetUnicode(Idn.GetAscii(label));
            return IsLabel(unicode) ? unicode.ToUpperInvariant().ToLowerInvariant() : label;
        }
        catch (ArgumentException)
        {
            // The label has letters that no registered domain has, or is too long for one. Then it has one spelling only.
            return label;
        }
    }
}
