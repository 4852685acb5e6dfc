using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Values;

public sealed class TextRuleTests
{
    private static readonly TextRule Line = new(maxLength: 5);
    private static readonly TextRule Lines = new(maxLength: 5, multiline: true);
    private static readonly TextRule RequiredLine = new(maxLength: 5, required: true);

    [Theory]
    [InlineData(" Ada\u00A0", "Ada")]
    [InlineData("A B", "A B")]
    [InlineData("Ame\u0301", "Am\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    public void Normalize_trims_and_composes_text(string given, string stored)
    {
        Assert.Null(Line.Check(given));
        Assert.Equal(stored, Line.Normalize(given));
    }

    [Theory]
    [InlineData("\u200BAda\uFEFF", "Ada")]
    [InlineData("\u00AD \u200EAda \u2060\u200D", "Ada")]
    [InlineData("\u3164Ada\u3164", "Ada")]
    [InlineData("\u0639\u0644\u06CC\u200C\u0631", "\u0639\u0644\u06CC\u200C\u0631")]
    [InlineData("\U0001F468\u200D\U0001F467", "\U0001F468\u200D\U0001F467")]
    [InlineData("\u2764\uFE0F", "\u2764\uFE0F")]
    [InlineData("\uFE0F\u2764", "\u2764")]
    [InlineData("\u0661\u0600", "\u0661\u0600")]
    public void Invisible_characters_are_trimmed_at_the_ends_and_kept_inside(string given, string stored)
    {
        Assert.Null(Line.Check(given));
        Assert.Equal(stored, Line.Normalize(given));
    }

    [Fact]
    public void A_flag_keeps_the_tags_at_its_end()
    {
        const string England = "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F";

        Assert.Equal(England, new TextRule(maxLength: 10).Normalize($"{England}\u200B "));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \u00A0\u3000")]
    [InlineData("\u200B")]
    [InlineData("\uFEFF \u00AD\u2060\u200E")]
    [InlineData("\uFE0F")]
    [InlineData("\u3164 \u115F")]
    [InlineData("\U000E0067\U000E007F")]
    public void Blank_text_is_null_or_refused_if_the_text_is_required(string? blank)
    {
        Assert.Null(Line.Check(blank));
        Assert.Null(Line.Normalize(blank));
        Assert.Equal("required", RequiredLine.Check(blank)?.Code);
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("  12345  ")]
    [InlineData("1234e\u0301")]
    [InlineData("😀😀😀😀😀")]
    public void Length_is_counted_in_code_points_of_the_normalised_text(string longest)
    {
        Assert.Null(Line.Check(longest));
        Assert.Equal("too_long", Line.Check(longest.Trim() + "😀")?.Code);
    }

    [Fact]
    public void MaxLength_is_the_length_that_the_rule_was_created_with() => Assert.Equal(5, Line.MaxLength);

    [Theory]
    [InlineData('\u0000')]
    [InlineData('\u001B')]
    [InlineData('\r')]
    [InlineData('\u007F')]
    [InlineData('\u0085')]
    public void A_control_character_is_refused_at_any_position(char control)
    {
        foreach (var text in (string[])[$"{control}a", $"a{control}b", $"a{control}"])
        {
            var fault = Line.Check(text);
            Assert.Equal("invalid_text", fault?.Code);
            Assert.Contains($"U+{(int)control:X4}", fault!.Detail, StringComparison.Ordinal);
            Assert.Equal("invalid_text", Lines.Check(text)?.Code);
        }
    }

    [Theory]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    public void Tab_and_newline_are_accepted_only_in_multiline_text(string text)
    {
        Assert.Equal("invalid_text", Line.Check(text)?.Code);
        Assert.Null(Lines.Check(text));
        Assert.Equal(text, Lines.Normalize(text));
    }

    // As numbers, because attributes are stored in UTF-8, and UTF-8 has no lone surrogates.
    [Theory]
    [InlineData(0xD800)]
    [InlineData(0xDBFF)]
    [InlineData(0xDC00)]
    [InlineData(0xDFFF)]
    public void A_lone_surrogate_is_refused_at_any_position(int surrogate)
    {
        var lone = (char)surrogate;
        foreach (var text in (string[])[$"{lone}", $"a{lone}", $"{lone}a", $"😀{lone}", $"{lone}{lone}"])
        {
            var fault = Line.Check(text);
            Assert.Equal("invalid_text", fault?.Code);
            Assert.Contains($"U+{surrogate:X4}", fault!.Detail, StringComparison.Ordinal);
        }
    }

    // Noncharacters may be refused. .NET cannot normalise one of them, U+FFFE.
    [Fact]
    public void Every_character_is_either_normalised_or_refused_with_a_fault()
    {
        for (var code = 0; code <= char.MaxValue; code++)
        {
            var character = (char)code;
            var fault = Line.Check($"a{character}b");
            if (char.IsControl(character) || char.IsSurrogate(character))
            {
                Assert.Equal("invalid_text", fault?.Code);
            }
            else if (fault is null)
            {
                Assert.NotNull(Line.Normalize($"a{character}b"));
            }
            else
            {
                Assert.True(character is '\uFFFE' or '\uFFFF' or (>= '\uFDD0' and <= '\uFDEF'), $"U+{code:X4} is refused");
                Assert.Equal("invalid_text", fault.Code);
            }
        }
    }

    [Fact]
    public void Normalize_throws_the_fault_that_Check_finds()
    {
        var exception = Assert.Throws<InvalidValueException>(() => Line.Normalize("123456"));

        Assert.Equal(Line.Check("123456"), exception.Fault);
        Assert.Equal("too_long", exception.Fault.Code);
    }

    [Fact]
    public void A_fault_does_not_repeat_the_text() =>
        Assert.DoesNotContain("secret", Line.Check("secret")!.Detail, StringComparison.Ordinal);
}
