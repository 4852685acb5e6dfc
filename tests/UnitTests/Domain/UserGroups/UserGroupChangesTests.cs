using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.UserGroups;

public sealed class UserGroupChangesTests
{
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void What_is_not_given_stays_absent()
    {
        var changes = new UserGroupChanges { Id = Id };

        Assert.Equal(Id, changes.Id);
        Assert.False(changes.Name.IsGiven);
        Assert.False(changes.Icon.IsGiven);
        Assert.False(changes.Description.IsGiven);
        Assert.False(changes.Users.IsGiven);
    }

    [Fact]
    public void What_is_given_is_held_in_the_form_that_is_stored()
    {
        var changes = new UserGroupChanges { Id = Id, Name = " Guild ", Icon = null, Description = " ", Users = new[] { Id, Id } };

        Assert.Equal("Guild", changes.Name.Value);
        Assert.Equal(new Optional<string?>(null), changes.Icon);
        Assert.Equal(new Optional<string?>(null), changes.Description);
        Assert.Equal([Id], changes.Users.Value!);
    }

    [Fact]
    public void No_change_breaks_a_rule()
    {
        Assert.Equal("required", Assert.Throws<InvalidValueException>(() => new UserGroupChanges { Id = Id, Name = null }).Fault.Code);
        Assert.Equal("invalid_text", Assert.Throws<InvalidValueException>(() => new UserGroupChanges { Id = Id, Icon = "a\nb" }).Fault.Code);
        Assert.Equal(
            "too_long",
            Assert.Throws<InvalidValueException>(() => new UserGroupChanges { Id = Id, Description = new string('a', 4_001) }).Fault.Code);
    }
}
