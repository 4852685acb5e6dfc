using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Users;

public sealed class UserChangesTests
{
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void Properties_that_are_not_given_stay_absent()
    {
        var changes = new UserChanges { Id = Id };

        Assert.Equal(Id, changes.Id);
        Assert.False(changes.FirstName.IsGiven);
        Assert.False(changes.LastName.IsGiven);
        Assert.False(changes.Email.IsGiven);
        Assert.False(changes.FoldedEmail.IsGiven);
        Assert.False(changes.Role.IsGiven);
        Assert.False(changes.UserGroups.IsGiven);
    }

    [Fact]
    public void Given_values_are_normalised()
    {
        var changes = new UserChanges { Id = Id, FirstName = " Ada ", LastName = " ", Role = Role.Guest, UserGroups = new[] { Id, Id } };

        Assert.Equal("Ada", changes.FirstName.Value);
        Assert.Equal(new Optional<string?>(null), changes.LastName);
        Assert.Equal(Role.Guest, changes.Role.Value);
        Assert.Equal([Id], changes.UserGroups.Value!);
    }

    [Fact]
    public void A_new_address_is_stored_as_given_and_folded()
    {
        var changes = new UserChanges { Id = Id, Email = " Jana@xn--bcher-kva.example " };

        Assert.Equal("Jana@xn--bcher-kva.example", changes.Email.Value);
        Assert.Equal("jana@bücher.example", changes.FoldedEmail.Value);
    }

    [Fact]
    public void Changes_with_an_invalid_value_cannot_be_created()
    {
        var tooLong = new string('a', 151);

        Assert.Equal("too_long", Assert.Throws<InvalidValueException>(() => new UserChanges { Id = Id, FirstName = tooLong }).Fault.Code);
        Assert.Equal("too_long", Assert.Throws<InvalidValueException>(() => new UserChanges { Id = Id, LastName = tooLong }).Fault.Code);
        Assert.Equal("invalid_email", Assert.Throws<InvalidValueException>(() => new UserChanges { Id = Id, Email = "ada" }).Fault.Code);
    }
}
