using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Users;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.org")]
    [InlineData("a@b")]
    [InlineData("Ada.Lovelace+engine@EXAMPLE.org")]
    [InlineData("ådå@exämple.org")]
    [InlineData("  ada@example.org\u00A0")]
    [InlineData("ada@example.org.")]
    [InlineData("ada@example\u3002org\uFF0E")]
    [InlineData("ada@xn--bcher-kva.example")]
    [InlineData("ada@3com.co-op.example")]
    [InlineData("ada@-.example")]
    [InlineData("ada@paral·lel.example")]
    [InlineData("ada@हिन्दी.example")]
    [InlineData("o'brien/sales:1@example.org")]
    public void An_address_is_text_before_one_at_sign_and_a_domain_after_it(string address) => Assert.Null(EmailAddress.Check(address));

    [Theory]
    [InlineData("ada")]
    [InlineData("@")]
    [InlineData("@example.org")]
    [InlineData("ada@")]
    [InlineData(" @example.org")]
    [InlineData("ada@ ")]
    [InlineData("ada@example@org")]
    [InlineData("ada@@example.org")]
    [InlineData("ada lovelace@example.org")]
    [InlineData("ada@example.\u00A0org")]
    [InlineData("ada@\u2028example.org")]
    [InlineData("<ada@example.org>")]
    [InlineData("ada@example.org;Ada")]
    [InlineData("ada@example.org,Ada")]
    [InlineData("ada(work)@example.org")]
    [InlineData("\"ada\"@example.org")]
    [InlineData("ada@.")]
    [InlineData("ada@..")]
    [InlineData("ada@.example.org")]
    [InlineData("ada@example..org")]
    [InlineData("ada@example.org..")]
    [InlineData("ada@example.\u3002org")]
    [InlineData("ada@exam_ple.org")]
    [InlineData("ada@[127.0.0.1]")]
    [InlineData("ada@example.org/")]
    [InlineData("ada@\u2764.example")]
    public void Text_of_another_form_is_not_an_address(string address) => Assert.Equal("invalid_email", EmailAddress.Check(address)?.Code);

    [Theory]
    [InlineData(0x200B)]
    [InlineData(0xFEFF)]
    [InlineData(0xAD)]
    [InlineData(0x200E)]
    [InlineData(0x2060)]
    [InlineData(0x200C)]
    [InlineData(0x200D)]
    [InlineData(0x202E)]
    [InlineData(0x180E)]
    [InlineData(0x600)]
    [InlineData(0x34F)]
    [InlineData(0x115F)]
    [InlineData(0x3164)]
    [InlineData(0xFE0F)]
    [InlineData(0xFFF0)]
    [InlineData(0x1D173)]
    [InlineData(0xE0020)]
    [InlineData(0xE0100)]
    public void An_invisible_character_is_refused_and_named_at_any_position(int character)
    {
        var invisible = char.ConvertFromUtf32(character);
        foreach (var address in (string[])[$"{invisible}ada@example.org", $"a{invisible}da@example.org", $"ada@example.org{invisible}"])
        {
            var fault = EmailAddress.Check(address);
            Assert.Equal("invalid_email", fault?.Code);
            Assert.Contains($"U+{character:X4}.", fault!.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, "required")]
    [InlineData("", "required")]
    [InlineData("   ", "required")]
    [InlineData("ada\u0000@example.org", "invalid_text")]
    [InlineData("ada\t@example.org", "invalid_text")]
    [InlineData("ada@example.org\n", "invalid_text")]
    public void An_address_is_required_text_without_control_characters(string? address, string code) =>
        Assert.Equal(code, EmailAddress.Check(address)?.Code);

    [Fact]
    public void An_address_has_at_most_254_characters()
    {
        var longest = "ada@" + new string('a', 250);

        Assert.Null(EmailAddress.Check($" {longest} "));
        Assert.Equal("too_long", EmailAddress.Check(longest + "a")?.Code);
    }

    [Theory]
    [InlineData(" Ada@Example.org ", "Ada@Example.org")]
    [InlineData("ade\u0301@example.org", "ad\u00E9@example.org")]
    public void Normalize_trims_and_composes_an_address_and_keeps_its_case(string given, string stored) =>
        Assert.Equal(stored, EmailAddress.Normalize(given));

    [Theory]
    [InlineData(null, "required")]
    [InlineData("ada", "invalid_email")]
    public void Normalize_throws_the_fault_that_Check_finds(string? address, string code)
    {
        var exception = Assert.Throws<InvalidValueException>(() => EmailAddress.Normalize(address));

        Assert.Equal(EmailAddress.Check(address), exception.Fault);
        Assert.Equal(code, exception.Fault.Code);
    }

    [Theory]
    [InlineData("ADA@EXAMPLE.ORG", "ada@example.org")]
    [InlineData("ÅDA@example.org", "åda@example.org")]
    [InlineData("ſara@example.org", "sara@example.org")]
    [InlineData("οδυσσεύς@example.org", "ΟΔΥΣΣΕΎΣ@example.org")]
    [InlineData("\u212Aelvin@example.org", "kelvin@example.org")]
    public void Addresses_that_differ_only_in_case_are_equal(string one, string other) =>
        Assert.Equal(EmailAddress.Fold(EmailAddress.Normalize(one)), EmailAddress.Fold(EmailAddress.Normalize(other)));

    [Theory]
    [InlineData("jana@bücher.example", "jana@xn--bcher-kva.example")]
    [InlineData("jana@BÜCHER.example", "jana@XN--BCHER-KVA.Example")]
    [InlineData("jana@bücher.example", "jana@ｂücher\uFF0Eexample\u3002")]
    [InlineData("ada@example.org", "ada@example.org.")]
    [InlineData("ada@example.org", "ada@example\u3002org")]
    [InlineData("ada@example.org", "ada@example\uFF61org\uFF61")]
    [InlineData("ada@λόγος.example", "ada@xn--oxapnm1c.example")]
    [InlineData("ada@ΛΌΓΟΣ.example", "ada@λόγος.example")]
    [InlineData("ada@例え.example", "ada@xn--r8jz45g.example")]
    public void The_spellings_of_one_domain_are_equal(string one, string other)
    {
        var folded = EmailAddress.Fold(EmailAddress.Normalize(one));

        Assert.Equal(folded, EmailAddress.Fold(EmailAddress.Normalize(other)));
        Assert.Equal(folded, EmailAddress.Fold(folded));
    }

    [Theory]
    [InlineData("ada@xn--.example")]
    [InlineData("ada@xn--a.example")]
    [InlineData("ada@xn---.example")]
    [InlineData("ada@xn--99999999999.example")]
    [InlineData("ada@xn--\u00FC.example")]
    [InlineData("ada@\uFDFA.example")]
    public void A_label_that_no_domain_can_have_keeps_its_spelling(string address)
    {
        Assert.Null(EmailAddress.Check(address));
        Assert.Equal(address, EmailAddress.Fold(address));
    }

    [Fact]
    public void The_folded_address_is_never_longer_than_its_column()
    {
        // The letter stands for three letters.
        var longest = "ada@" + string.Concat(Enumerable.Repeat("\uFB03\uFB03\uFB03\uFB03.", 50));

        Assert.Null(EmailAddress.Check(longest));
        Assert.True(EmailAddress.Fold(longest).Length <= EmailAddress.MaxLength);
        Assert.Equal("ada@ffi.example", EmailAddress.Fold("ada@\uFB03.example"));
    }

    [Theory]
    [InlineData("ada@example.org", "ado@example.org")]
    [InlineData("ada.@example.org", "ada@example.org")]
    [InlineData("bücher@example.org", "xn--bcher-kva@example.org")]
    [InlineData("ada@bücher.example", "ada@bucher.example")]
    [InlineData("ada@example.org", "a.da@example.org")]
    [InlineData("strasse@example.org", "straße@example.org")]
    public void Addresses_that_differ_in_more_than_case_are_not_equal(string one, string other) =>
        Assert.NotEqual(EmailAddress.Fold(one), EmailAddress.Fold(other));

    // The columns of the given and the folded address have the same limit.
    [Fact]
    public void Folding_keeps_the_length_and_folding_twice_equals_folding_once()
    {
        for (var character = 0; character <= char.MaxValue; character++)
        {
            if (!char.IsSurrogate((char)character))
            {
                var folded = EmailAddress.Fold($"{(char)character}");
                Assert.Single(folded);
                Assert.Equal(folded, EmailAddress.Fold(folded));
            }
        }
    }
}
