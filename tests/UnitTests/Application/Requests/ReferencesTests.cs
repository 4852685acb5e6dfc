using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.UnitTests.Application.Requests;

public sealed class ReferencesTests
{
    [Fact]
    public void Malformed_ids_are_skipped_and_the_order_is_kept()
    {
        var first = Guid.CreateVersion7();
        var second = Guid.CreateVersion7();

        Assert.Equal([second, first], References.ParseIds([$"{second}", null, "no id", "", $"{first:N}", $"{first}"]));
    }

    [Fact]
    public void A_missing_list_has_no_ids() => Assert.Empty(References.ParseIds(null));

    [Fact]
    public void A_fault_of_users_points_at_the_property_that_the_client_sent()
    {
        Assert.Equal("/add", new References { UsersPointer = "/add" }.Locate(RequestFault.UnknownUsers).Pointer);
        Assert.Equal("/users", new References().Locate(RequestFault.UnknownUsers).Pointer);
        Assert.Same(RequestFault.EmailTaken, new References { UsersPointer = "/add" }.Locate(RequestFault.EmailTaken));
    }
}
