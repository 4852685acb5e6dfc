using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class SearchRequestTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("ada", "ada")]
    [InlineData("  ada\u00a0 love\u3000lace ", "ada|love|lace")]
    [InlineData("100% a_b", "100%|a_b")]
    [InlineData("e\u0301te\u0301", "été")]
    public void Words_are_what_stands_between_blanks(string? q, string words) =>
        Assert.Equal(words.Split('|', StringSplitOptions.RemoveEmptyEntries), new UsersListRequest { Q = q }.Words);

    [Fact]
    public void Two_lists_are_told_apart_by_each_thing_that_is_asked_for()
    {
        var moment = DateTimeOffset.UnixEpoch;
        UsersListRequest[] requests =
        [
            new(), new() { Q = "ada" }, new() { Email = "ada" }, new() { CreatedAfter = moment }, new() { CreatedBefore = moment }, new() { Role = CleanWorkspace.Domain.Users.Role.Admin },
            new() { UserGroup = Guid.Empty }, new() { Sort = new(UserKey.Email, false) }, new() { Sort = new(UserKey.Email, true) },
        ];

        Assert.Equal(requests.Length, requests.Select(request => request.List).Distinct().Count());
    }
}
