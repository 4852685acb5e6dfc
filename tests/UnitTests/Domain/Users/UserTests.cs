using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Users;

public sealed class UserTests
{
    private static readonly StoppedClock Clock = new(new DateTimeOffset(2026, 11, 23, 12, 24, 27, TimeSpan.Zero));
    private static readonly Guid Group = Guid.CreateVersion7();

    [Fact]
    public void A_new_user_has_the_given_values_normalised()
    {
        var user = User.Create(Clock, " Ada@Example.org ", " Ada ", "Love\u0301lace", Role.Editor, [Group, Group]);

        Assert.Equal("Ada@Example.org", user.Email);
        Assert.Equal("ada@example.org", user.FoldedEmail);
        Assert.Equal("Ada", user.FirstName);
        Assert.Equal("Lov\u00E9lace", user.LastName);
        Assert.Equal(Role.Editor, user.Role);
        Assert.Equal([Group], user.UserGroups);
        Assert.StartsWith($"{Clock.Now.ToUnixTimeMilliseconds():x12}", user.Id.ToString("N"), StringComparison.Ordinal);
    }

    [Fact]
    public void Email_and_names_may_be_missing()
    {
        var user = User.Create(Clock, email: null, firstName: null, lastName: " ", Role.Viewer, []);

        Assert.Null(user.Email);
        Assert.Null(user.FoldedEmail);
        Assert.Null(user.FirstName);
        Assert.Null(user.LastName);
        Assert.Empty(user.UserGroups);
    }

    [Theory]
    [InlineData("ada", null, null, "invalid_email")]
    [InlineData(" ", null, null, "required")]
    [InlineData(null, "A\u0000da", null, "invalid_text")]
    [InlineData(null, null, "Love\nlace", "invalid_text")]
    public void A_user_with_an_invalid_value_cannot_be_created(string? email, string? firstName, string? lastName, string code)
    {
        var exception = Assert.Throws<InvalidValueException>(() => User.Create(Clock, email, firstName, lastName, Role.Viewer, []));

        Assert.Equal(code, exception.Fault.Code);
    }

    [Fact]
    public void A_name_has_at_most_150_characters()
    {
        Assert.Null(User.NameRule.Check(new string('a', 150)));
        Assert.Equal("too_long", User.NameRule.Check(new string('a', 151))?.Code);
    }
}
