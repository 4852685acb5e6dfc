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
    public void An_address_is_text_on_both_sides_of_one_at_sign(string address) => Assert.Null(EmailAddress.Check(address));

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
    public void Text_of_another_form_is_not_an_address(string address) => Assert.Equal("invalid_email", EmailAddress.Check(address)?.Code);

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
    [InlineData("ada@example.org", "ado@example.org")]
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
