using System.Text;

namespace CleanWorkspace.Domain.Values;

/// <summary>
/// The rule of one kind of text. Text is stored in Unicode normalization form C, without white space and invisible characters at its
/// ends. Text with nothing visible is blank. Blank means null, or is a fault if the text is required.
/// </summary>
/// <param name="maxLength">The maximum number of characters (Unicode code points, as PostgreSQL counts them) after trimming.</param>
/// <param name="required">True if blank and null are faults.</param>
/// <param name="multiline">True if tab and newline are allowed. Other control characters are always faults.</param>
public sealed class TextRule(int maxLength, bool required = false, bool multiline = false)
{
    // A byte order mark with swapped bytes. Unicode normalization refuses it.
    private const char Noncharacter = '\uFFFE';

    /// <summary>The maximum number of characters (Unicode code points) after trimming.</summary>
    public int MaxLength => maxLength;

    /// <summary>Returns the first fault, or null: <c>invalid_text</c>, <c>required</c> or <c>too_long</c>.</summary>
    public Fault? Check(string? text) => Read(text).Fault;

    /// <summary>Returns the first fault; or null and the text as it is stored.</summary>
    public Fault? Check(string? text, out string? normalized)
    {
        (normalized, var fault) = Read(text);
        return fault;
    }

    /// <summary>Returns the text as it is stored.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check(string)"/> finds a fault in the text.</exception>
    public string? Normalize(string? text)
    {
        var (normalized, fault) = Read(text);
        return fault is null ? normalized : throw new InvalidValueException(fault);
    }

    private (string? Text, Fault? Fault) Read(string? text)
    {
        if (text is not null && FindForbidden(text) is { } forbidden)
        {
            return (null, new Fault("invalid_text", forbidden));
        }

        var normalized = text is null ? null : Invisible.Trim(text.Normalize(NormalizationForm.FormC));
        if (string.IsNullOrEmpty(normalized))
        {
            return (null, required ? new Fault("required", "Must not be null or blank.") : null);
        }

        return LengthOf(normalized) > maxLength
            ? (null, new Fault("too_long", $"Must have at most {maxLength} characters."))
            : (normalized, null);
    }

    private string? FindForbidden(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (char.IsControl(character) && !(multiline && (character is '\t' or '\n')))
            {
                return multiline
                    ? $"Must not contain control characters except tab and newline. Found U+{(int)character:X4}."
                    : $"Must not contain control characters. Found U+{(int)character:X4}.";
            }

            if (character == Noncharacter)
            {
                return $"Must be valid Unicode. Found the noncharacter U+{(int)Noncharacter:X4}.";
            }

            if (char.IsHighSurrogate(character) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(character))
            {
                return $"Must be valid Unicode. Found the lone surrogate U+{(int)character:X4}.";
            }
        }

        return null;
    }

    private static int LengthOf(string text)
    {
        var length = text.Length;
        foreach (var character in text)
        {
            if (char.IsLowSurrogate(character))
            {
                length--;
            }
        }

        return length;
    }
}
