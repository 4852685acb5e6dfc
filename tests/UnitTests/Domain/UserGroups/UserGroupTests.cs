using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.UserGroups;

public sealed class UserGroupTests
{
    private static readonly StoppedClock Clock = new(new DateTimeOffset(2026, 11, 23, 12, 24, 27, TimeSpan.Zero));
    private static readonly Guid User = Guid.CreateVersion7();

    [Fact]
    public void A_new_group_has_the_given_values_normalised()
    {
        var group = UserGroup.Create(Clock, " Mathematicians ", " abacus ", " Those who\n\tcount. ", [User, User]);

        Assert.Equal("Mathematicians", group.Name);
        Assert.Equal("abacus", group.Icon);
        Assert.Equal("Those who\n\tcount.", group.Description);
        Assert.Equal([User], group.Users);
        Assert.StartsWith($"{Clock.Now.ToUnixTimeMilliseconds():x12}", group.Id.ToString("N"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_value_of_a_group_may_be_missing()
    {
        var group = UserGroup.Create(Clock, name: null, icon: " ", description: "\n", []);

        Assert.Null(group.Name);
        Assert.Null(group.Icon);
        Assert.Null(group.Description);
        Assert.Empty(group.Users);
    }

    [Theory]
    [InlineData(" ", null, null, "required")]
    [InlineData("a\nb", null, null, "invalid_text")]
    [InlineData(null, "a\tb", null, "invalid_text")]
    [InlineData(null, null, "a\rb", "invalid_text")]
    public void A_group_with_an_invalid_value_cannot_be_created(string? name, string? icon, string? description, string code)
    {
        var exception = Assert.Throws<InvalidValueException>(() => UserGroup.Create(Clock, name, icon, description, []));

        Assert.Equal(code, exception.Fault.Code);
    }

    [Fact]
    public void The_limits_of_texts_are_those_of_the_contract()
    {
        Assert.Equal(200, UserGroup.NameRule.MaxLength);
        Assert.Equal(256, UserGroup.IconRule.MaxLength);
        Assert.Equal(4_000, UserGroup.DescriptionRule.MaxLength);
    }
}
