using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.UnitTests.Application.Requests;

public sealed class ReferencesTests
{
    [Fact]
    public void Only_well_formed_ids_are_read_in_their_order()
    {
        var first = Guid.CreateVersion7();
        var second = Guid.CreateVersion7();

        Assert.Equal([second, first], References.ParseIds([$"{second}", null, "no id", "", $"{first:N}", $"{first}"]));
    }

    [Fact]
    public void No_list_is_no_ids() => Assert.Empty(References.ParseIds(null));

    [Fact]
    public void A_fault_of_users_is_placed_where_the_request_has_them()
    {
        Assert.Equal("/add", new References { UsersPointer = "/add" }.Place(RequestFault.UnknownUsers).Pointer);
        Assert.Equal("/users", new References().Place(RequestFault.UnknownUsers).Pointer);
        Assert.Same(RequestFault.EmailTaken, new References { UsersPointer = "/add" }.Place(RequestFault.EmailTaken));
    }
}
