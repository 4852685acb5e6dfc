using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.UserGroups;

public sealed class UserGroupChangesTests
{
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void Properties_that_are_not_given_stay_absent()
    {
        var changes = new UserGroupChanges { Id = Id };

        Assert.Equal(Id, changes.Id);
        Assert.False(changes.Name.IsGiven);
        Assert.False(changes.Icon.IsGiven);
        Assert.False(changes.Description.IsGiven);
        Assert.False(changes.Users.IsGiven);
    }

    [Fact]
    public void Given_values_are_normalised()
    {
        var changes = new UserGroupChanges { Id = Id, Name = " Guild ", Icon = null, Description = " ", Users = new[] { Id, Id } };

        Assert.Equal("Guild", changes.Name.Value);
        Assert.Equal(new Optional<string?>(null), changes.Icon);
        Assert.Equal(new Optional<string?>(null), changes.Description);
        Assert.Equal([Id], changes.Users.Value!);
    }

    [Fact]
    public void Changes_with_an_invalid_value_cannot_be_created()
    {
        AssertRefused("required", () => new UserGroupChanges { Id = Id, Name = null });
        AssertRefused("invalid_text", () => new UserGroupChanges { Id = Id, Icon = "a\nb" });
        AssertRefused("too_long", () => new UserGroupChanges { Id = Id, Description = new string('a', 4_001) });
    }

    private static void AssertRefused(string code, Func<UserGroupChanges> create) =>
        Assert.Equal(code, Assert.Throws<InvalidValueException>(create).Fault.Code);
}
