using CleanWorkspace.Application.UserGroups;

namespace CleanWorkspace.UnitTests.Application.UserGroups;

public sealed class UpdateGroupUsersByIdValidatorTests
{
    private static readonly string Id = $"{Guid.CreateVersion7()}";

    [Fact]
    public void No_changes_are_fine() => Assert.Empty(UseCases.FindFaults(new UserGroupsUpdateUsersByIdRequest()));

    [Fact]
    public void Every_fault_is_reported_at_once_at_its_pointer() =>
        Assert.Equal(
            ["add/1: unknown_user", "remove/0: invalid_id", "remove/1: contradiction"],
            UseCases.FindFaults(new UserGroupsUpdateUsersByIdRequest { Add = new([Id, "no id"]), Remove = new(["no id", Id.ToUpperInvariant()]) }));

    [Fact]
    public void A_list_that_is_too_long_is_pointed_at_and_else_the_body_if_both_together_are() =>
        Assert.Equal(
            ["add: too_many", ": too_many"],
            new[] { (10_001, 0), (10_000, 1) }.SelectMany(count => UseCases.FindFaults(new UserGroupsUpdateUsersByIdRequest
            {
                Add = new([.. Enumerable.Repeat(Id, count.Item1)]),
                Remove = new([.. Enumerable.Repeat($"{Guid.Empty}", count.Item2)]),
            })));

    [Fact]
    public void An_unknown_user_is_pointed_at_where_it_is_to_be_added()
    {
        var references = new UserGroupsUpdateUsersByIdRequest { Add = new([Id]), Remove = new(["x"]) }.GetReferences();

        Assert.Equal([Id], references.Users);
        Assert.Equal("/add", references.UsersPointer);
    }
}
