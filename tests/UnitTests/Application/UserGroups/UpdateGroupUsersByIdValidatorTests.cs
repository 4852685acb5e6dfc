using CleanWorkspace.Application.UserGroups;

namespace CleanWorkspace.UnitTests.Application.UserGroups;

public sealed class UpdateGroupUsersByIdValidatorTests
{
    private static readonly string Id = $"{Guid.CreateVersion7()}";

    [Fact]
    public void A_request_without_changes_is_accepted() => Assert.Empty(UseCases.FindFaults(new UserGroupsUpdateUsersByIdRequest()));

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_pointer() =>
        Assert.Equal(
            ["add/1: unknown_user", "remove/0: invalid_id", "remove/1: contradiction"],
            UseCases.FindFaults(new UserGroupsUpdateUsersByIdRequest
            {
                Add = new([Id, "no id"]),
                Remove = new(["no id", Id.ToUpperInvariant()]),
            }));

    [Fact]
    public void The_fault_points_at_a_list_that_is_too_long_or_at_the_body_if_only_the_sum_is() =>
        Assert.Equal(
            ["add: too_many", ": too_many"],
            new[] { (10_001, 0), (10_000, 1) }.SelectMany(count => UseCases.FindFaults(new UserGroupsUpdateUsersByIdRequest
            {
                Add = new([.. Enumerable.Repeat(Id, count.Item1)]),
                Remove = new([.. Enumerable.Repeat($"{Guid.Empty}", count.Item2)]),
            })));

    [Fact]
    public void The_fault_of_an_unknown_user_points_at_add()
    {
        var references = new UserGroupsUpdateUsersByIdRequest { Add = new([Id]), Remove = new(["x"]) }.GetReferences();

        Assert.Equal([Id], references.Users);
        Assert.Equal("/add", references.UsersPointer);
    }
}
