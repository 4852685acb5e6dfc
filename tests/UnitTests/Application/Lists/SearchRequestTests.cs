using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class SearchRequestTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("ada", "ada")]
    [InlineData("  ada\u00a0 love\u3000lace ", "ada|love|lace")]
    [InlineData("100% a_b", "100%|a_b")]
    [InlineData("e\u0301te\u0301", "été")]
    public void Words_are_separated_by_white_space(string? q, string words) =>
        Assert.Equal(words.Split('|', StringSplitOptions.RemoveEmptyEntries), new UsersListRequest { Q = q }.Words);

    [Fact]
    public void Lists_with_different_filters_or_sort_keys_differ()
    {
        var moment = DateTimeOffset.UnixEpoch;
        UsersListRequest[] requests =
        [
            new(),
            new() { Q = "ada" },
            new() { Email = ["ada"] },
            new() { Email = ["ada", "bob"] },
            new() { Ids = [Guid.Empty] },
            new() { CreatedAfter = moment },
            new() { CreatedBefore = moment },
            new() { Role = Role.Admin },
            new() { UserGroup = Guid.Empty },
            new() { Sort = new(UserKey.Email, IsDescending: false) },
            new() { Sort = new(UserKey.Email, IsDescending: true) },
        ];

        Assert.Equal(requests.Length, requests.Select(request => request.List).Distinct().Count());
    }
}
