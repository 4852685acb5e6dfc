using System.Text;

namespace CleanWorkspace.Application.Lists;

/// <summary>One word of a search.</summary>
public sealed record SearchWord
{
    // The index holds groups of three characters.
    private const int IndexedLength = 3;

    /// <summary>Describes the word.</summary>
    /// <param name="text">The text, without white space.</param>
    public SearchWord(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
        var (length, longest) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            length = IsIndexed(rune) ? length + 1 : 0;
            longest = Math.Max(longest, length);
        }

        HasLetterOrDigit = longest > 0;
        IsBeginning = longest is > 0 and < IndexedLength;
    }

    /// <summary>The text of the word.</summary>
    public string Text { get; }

    /// <summary>True if the word has a letter or a digit. No index finds other words.</summary>
    public bool HasLetterOrDigit { get; }

    /// <summary>
    /// True if the word has letters or digits, but never three in a row. It matches the beginnings of words. Other words match anywhere.
    /// </summary>
    public bool IsBeginning { get; }

    // Spacing modifier letters (ʻ) become punctuation when the text is folded.
    private static bool IsIndexed(Rune rune) => Rune.IsLetterOrDigit(rune) && rune.Value is not (>= 0x2B0 and <= 0x2FF);
}
