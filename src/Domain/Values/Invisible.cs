using System.Globalization;
using System.Text;

namespace CleanWorkspace.Domain.Values;

/// <summary>
/// Characters that show nothing: those of the Unicode category Cf, and those with the property Default_Ignorable_Code_Point.
/// </summary>
internal static class Invisible
{
    // Text below this code point has no invisible characters.
    private const int First = 0xAD;

    /// <summary>Returns the first invisible character, or null. The few visible characters of the category Cf count too.</summary>
    public static Rune? FindIn(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value >= First && (IsFormat(rune) || IsIgnorable(rune)))
            {
                return rune;
            }
        }

        return null;
    }

    /// <summary>
    /// Removes white space and invisible characters at both ends. A selector at the end stays, because it belongs to the character
    /// before it.
    /// </summary>
    public static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end)
        {
            Rune.DecodeFromUtf16(text.AsSpan(start), out var rune, out var length);
            if (!IsBlank(rune))
            {
                break;
            }

            start += length;
        }

        while (start < end)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(start, end - start), out var rune, out var length);
            if (!IsBlank(rune) || IsSelector(rune))
            {
                break;
            }

            end -= length;
        }

        return end - start == text.Length ? text : text[start..end];
    }

    private static bool IsBlank(Rune rune) =>
        Rune.IsWhiteSpace(rune) || (rune.Value >= First && ((IsFormat(rune) && !IsVisibleFormat(rune)) || IsIgnorable(rune)));

    private static bool IsFormat(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;

    // Arabic, Syriac and Kaithi signs around numbers, and the signs that join hieroglyphs.
    private static bool IsVisibleFormat(Rune rune) => rune.Value
        is (>= 0x600 and <= 0x605) or 0x6DD or 0x70F or 0x890 or 0x891 or 0x8E2 or 0x110BD or 0x110CD or (>= 0x13430 and <= 0x1343F);

    // The characters with the property Default_Ignorable_Code_Point that are not in the category Cf.
    private static bool IsIgnorable(Rune rune) => IsSelector(rune) || rune.Value
        is 0x115F or 0x1160 or 0x2065 or 0x3164 or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF);

    // They choose the form of the character before them: of an emoji, a flag, a Han or a Mongolian character.
    private static bool IsSelector(Rune rune) => rune.Value
        is 0x34F or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180D) or 0x180F or (>= 0xFE00 and <= 0xFE0F)
        or (>= 0xE0020 and <= 0xE007F) or (>= 0xE0100 and <= 0xE01EF);
}
