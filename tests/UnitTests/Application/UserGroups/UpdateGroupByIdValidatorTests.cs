using CleanWorkspace.Application.UserGroups;

namespace CleanWorkspace.UnitTests.Application.UserGroups;

public sealed class UpdateGroupByIdValidatorTests
{
    [Fact]
    public void A_request_without_changes_is_accepted() => Assert.Empty(UseCases.FindFaults(new UserGroupsUpdateByIdRequest()));

    [Fact]
    public void Null_clears_the_icon_and_the_description() =>
        Assert.Empty(UseCases.FindFaults(new UserGroupsUpdateByIdRequest { Icon = null, Description = null }));

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_pointer() =>
        Assert.Equal(
            ["name: required", "icon: too_long", "description: invalid_text", "users/0: unknown_user"],
            UseCases.FindFaults(new UserGroupsUpdateByIdRequest
            {
                Name = " ",
                Icon = new string('a', 257),
                Description = "a\u0000",
                Users = new(["no id"]),
            }));

    [Fact]
    public void The_validator_leaves_read_only_properties_to_the_comparison_with_the_stored_row()
    {
        var request = new UserGroupsUpdateByIdRequest { Id = Guid.CreateVersion7(), UpdatedAt = "no time" };

        Assert.Empty(UseCases.FindFaults(request));
        Assert.Equal(request.Id, request.GetReferences().SentBack?.Of);
        Assert.Null(new UserGroupsUpdateByIdRequest().GetReferences().SentBack);
    }
}
