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
        Text = text;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            length = Rune.IsLetterOrDigit(rune) ? length + 1 : 0;
            HasLetterOrDigit |= length > 0;
            HasIndexedPart |= length == IndexedLength;
        }
    }

    /// <summary>The word as the client sent it.</summary>
    public string Text { get; }

    /// <summary>True if the word has a letter or a digit. Other words alone would match by reading every row.</summary>
    public bool HasLetterOrDigit { get; }

    /// <summary>True if the word matches only beginnings of words: it has no three consecutive letters or digits.</summary>
    public bool IsShort => HasLetterOrDigit && !HasIndexedPart;

    private bool HasIndexedPart { get; }
}
