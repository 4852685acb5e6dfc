using CleanWorkspace.Application.UserGroups;

namespace CleanWorkspace.UnitTests.Application.UserGroups;

public sealed class CreateNewGroupValidatorTests
{
    [Fact]
    public void Any_single_property_is_enough()
    {
        UserGroupsCreateNewGroupRequest[] requests =
        [
            new() { Name = "Guild" },
            new() { Icon = null },
            new() { Description = "a\n\tb" },
            new() { Users = new([]) },
        ];

        Assert.All(requests, request => Assert.Empty(UseCases.FindFaults(request)));
    }

    [Fact]
    public void An_empty_request_is_refused() =>
        Assert.Equal([": nothing_given"], UseCases.FindFaults(new UserGroupsCreateNewGroupRequest()));

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_pointer() =>
        Assert.Equal(
            ["name: too_long", "icon: invalid_text", "description: too_long", "users/0: unknown_user"],
            UseCases.FindFaults(new UserGroupsCreateNewGroupRequest
            {
                Name = new string('a', 201),
                Icon = "a\nb",
                Description = new string('a', 4_001),
                Users = new(["no id", null]),
            }));

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void A_given_name_cannot_be_blank(string? name) =>
        Assert.Equal(["name: required"], UseCases.FindFaults(new UserGroupsCreateNewGroupRequest { Name = new(name) }));

    [Fact]
    public void An_icon_has_at_most_256_characters()
    {
        Assert.Empty(UseCases.FindFaults(new UserGroupsCreateNewGroupRequest { Icon = new string('a', 256) }));
        Assert.Equal(["icon: too_long"], UseCases.FindFaults(new UserGroupsCreateNewGroupRequest { Icon = new string('a', 257) }));
    }

    [Fact]
    public void Users_are_a_list_of_at_most_100000_ids()
    {
        Assert.Equal(["users: required"], UseCases.FindFaults(new UserGroupsCreateNewGroupRequest { Users = new(null) }));
        Assert.Equal(["users: too_many"], UseCases.FindFaults(new UserGroupsCreateNewGroupRequest { Users = new(new string?[100_001]) }));
    }
}
