using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Users;

public sealed class RoleTests
{
    [Fact]
    public void The_roles_are_those_of_the_contract() => Assert.Equal(["admin", "editor", "viewer", "guest"], RoleName.All);

    [Theory]
    [InlineData("admin", Role.Admin)]
    [InlineData("EDITOR", Role.Editor)]
    [InlineData("Viewer", Role.Viewer)]
    [InlineData(" guest ", Role.Guest)]
    public void A_role_is_read_in_any_case(string name, Role role)
    {
        Assert.Null(RoleName.Check(name));
        Assert.Equal(role, RoleName.Parse(name));
    }

    [Fact]
    public void The_stored_name_of_a_role_is_read_as_that_role() =>
        Assert.All(Enum.GetValues<Role>(), role => Assert.Equal(role, RoleName.Parse(RoleName.Of(role))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("owner")]
    [InlineData("0")]
    [InlineData("admin,editor")]
    public void Any_other_name_is_refused(string? name)
    {
        var exception = Assert.Throws<InvalidValueException>(() => RoleName.Parse(name));

        Assert.Equal("invalid_role", exception.Fault.Code);
        Assert.Equal(RoleName.Check(name), exception.Fault);
    }

    [Fact]
    public void The_fault_lists_every_role() =>
        Assert.All(RoleName.All, name => Assert.Contains(name, RoleName.Check("owner")!.Detail, StringComparison.Ordinal));
}
