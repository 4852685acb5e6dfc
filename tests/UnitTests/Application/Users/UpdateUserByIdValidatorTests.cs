using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Users;

public sealed class UpdateUserByIdValidatorTests
{
    [Fact]
    public void A_request_without_changes_is_accepted() => Assert.Empty(UseCases.FindFaults(new UsersUpdateByIdRequest()));

    [Fact]
    public void Null_clears_a_first_or_last_name() =>
        Assert.Empty(UseCases.FindFaults(new UsersUpdateByIdRequest { FirstName = null, LastName = null }));

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_pointer() =>
        Assert.Equal(
            [
                "first_name: invalid_text",
                "last_name: too_long",
                "role: invalid_role",
                "_role: invalid_role",
                "user_groups/0: unknown_user_group",
                "teams: unsupported",
            ],
            UseCases.FindFaults(new UsersUpdateByIdRequest
            {
                FirstName = "A\u0007da",
                LastName = new string('a', 151),
                Role = null,
                RoleAlias = "boss",
                UserGroups = new(["no id"]),
                Teams = new([null]),
            }));

    [Fact]
    public void Role_and_its_alias_must_agree() =>
        Assert.Equal(["_role: role_conflict"], UseCases.FindFaults(new UsersUpdateByIdRequest { Role = "admin", RoleAlias = "guest" }));

    [Fact]
    public void The_validator_leaves_read_only_properties_to_the_comparison_with_the_stored_row()
    {
        var request = new UsersUpdateByIdRequest
        {
            Id = Guid.CreateVersion7(),
            SentId = "no id",
            Email = "no address",
            CreatedAt = "no time",
        };

        Assert.Empty(UseCases.FindFaults(request));
        Assert.Equal(request.Id, request.GetReferences().SentBack?.Of);
        Assert.Equal("no address", request.GetReferences().SentBack?.Email.Value);
        Assert.Null(new UsersUpdateByIdRequest().GetReferences().SentBack);
    }

    [Fact]
    public void A_valid_address_needs_no_comparison_with_the_stored_row()
    {
        var references = new UsersUpdateByIdRequest { Email = "ada@example.org" }.GetReferences();

        Assert.Null(references.SentBack);
        Assert.Equal("ada@example.org", references.NewEmail);
    }
}
