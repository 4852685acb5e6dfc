using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Application.Users;

public sealed class CreateNewUserValidatorTests
{
    private static readonly Optional<IReadOnlyList<string?>?> NoIds = new([]);

    [Fact]
    public void Any_single_property_is_enough()
    {
        UsersCreateNewUserRequest[] requests =
        [
            new() { Role = "editor" },
            new() { RoleAlias = "EDITOR" },
            new() { Email = "ada@example.org" },
            new() { FirstName = null },
            new() { LastName = " " },
            new() { UserGroups = NoIds },
        ];

        Assert.All(requests, request => Assert.Empty(UseCases.FindFaults(request)));
    }

    [Fact]
    public void A_request_without_values_is_refused()
    {
        Assert.Equal([": nothing_given"], UseCases.FindFaults(new UsersCreateNewUserRequest()));
        Assert.Equal([": nothing_given"], UseCases.FindFaults(new UsersCreateNewUserRequest { Teams = NoIds }));
    }

    [Fact]
    public void An_unreadable_body_is_not_reported_as_empty_too() =>
        Assert.Empty(UseCases.FindFaults(new UsersCreateNewUserRequest { ReadingFaults = [new RequestFault("invalid_type", "")] }));

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_pointer() =>
        Assert.Equal(
            [
                "email: invalid_email",
                "first_name: too_long",
                "last_name: invalid_text",
                "role: invalid_role",
                "_role: invalid_role",
                "user_groups/1: unknown_user_group",
                "user_groups/3: unknown_user_group",
                "teams: unsupported",
            ],
            UseCases.FindFaults(new UsersCreateNewUserRequest
            {
                Email = "ada",
                FirstName = new string('a', 151),
                LastName = "Love\nlace",
                Role = "owner",
                RoleAlias = "boss",
                UserGroups = new([$"{Guid.NewGuid()}", "no id", null, ""]),
                Teams = new(["a"]),
            }));

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void A_given_address_cannot_be_blank(string? email) =>
        Assert.Equal(["email: required"], UseCases.FindFaults(new UsersCreateNewUserRequest { Email = new(email) }));

    [Fact]
    public void A_given_role_cannot_be_null() =>
        Assert.Equal(
            ["role: invalid_role", "_role: invalid_role"],
            UseCases.FindFaults(new UsersCreateNewUserRequest { Role = null, RoleAlias = null }));

    [Theory]
    [InlineData("admin", "ADMIN")]
    [InlineData("admin", "viewer", "_role: role_conflict")]
    [InlineData("owner", "viewer", "role: invalid_role")]
    [InlineData("viewer", "owner", "_role: invalid_role")]
    public void Role_and_its_alias_must_agree(string role, string alias, params string[] faults) =>
        Assert.Equal(faults, UseCases.FindFaults(new UsersCreateNewUserRequest { Role = role, RoleAlias = alias }));

    [Fact]
    public void User_groups_are_a_list_of_at_most_100000_ids()
    {
        var id = $"{Guid.NewGuid()}";
        var longest = new string[100_000];
        Array.Fill(longest, id);

        Assert.Empty(UseCases.FindFaults(new UsersCreateNewUserRequest { UserGroups = longest }));
        Assert.Equal(
            ["user_groups: too_many"], UseCases.FindFaults(new UsersCreateNewUserRequest { UserGroups = new([.. longest, "no id"]) }));
        Assert.Equal(["user_groups: required"], UseCases.FindFaults(new UsersCreateNewUserRequest { UserGroups = new(null) }));
    }

    [Fact]
    public void Teams_are_absent_or_an_empty_list()
    {
        Assert.Empty(UseCases.FindFaults(new UsersCreateNewUserRequest { Role = "guest", Teams = NoIds }));
        Assert.Equal(["teams: unsupported"], UseCases.FindFaults(new UsersCreateNewUserRequest { Role = "guest", Teams = new(null) }));
    }
}
