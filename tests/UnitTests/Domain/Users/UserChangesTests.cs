using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Users;

public sealed class UserChangesTests
{
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void What_is_not_given_stays_absent()
    {
        var changes = new UserChanges { Id = Id };

        Assert.Equal(Id, changes.Id);
        Assert.False(changes.FirstName.IsGiven);
        Assert.False(changes.LastName.IsGiven);
        Assert.False(changes.Role.IsGiven);
        Assert.False(changes.UserGroups.IsGiven);
    }

    [Fact]
    public void What_is_given_is_held_in_the_form_that_is_stored()
    {
        var changes = new UserChanges { Id = Id, FirstName = " Ada ", LastName = " ", Role = Role.Guest, UserGroups = new[] { Id, Id } };

        Assert.Equal("Ada", changes.FirstName.Value);
        Assert.Equal(new Optional<string?>(null), changes.LastName);
        Assert.Equal(Role.Guest, changes.Role.Value);
        Assert.Equal([Id], changes.UserGroups.Value!);
    }

    [Fact]
    public void No_change_breaks_a_rule()
    {
        var tooLong = new string('a', 151);

        Assert.Equal("too_long", Assert.Throws<InvalidValueException>(() => new UserChanges { Id = Id, FirstName = tooLong }).Fault.Code);
        Assert.Equal("too_long", Assert.Throws<InvalidValueException>(() => new UserChanges { Id = Id, LastName = tooLong }).Fault.Code);
    }
}
