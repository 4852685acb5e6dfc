using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class SortTests
{
    [Theory]
    [InlineData("created_at", UserKey.CreatedAt, false)]
    [InlineData("-created_at", UserKey.CreatedAt, true)]
    [InlineData("last_name", UserKey.LastName, false)]
    [InlineData("-email", UserKey.Email, true)]
    public void A_sort_key_is_read_with_its_direction(string text, UserKey by, bool isDescending)
    {
        Assert.True(Sort<UserKey>.TryParse(text, out var sort));
        Assert.Equal(new Sort<UserKey>(by, isDescending), sort);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--email")]
    [InlineData("+email")]
    [InlineData("Email")]
    [InlineData("lastName")]
    [InlineData("0")]
    [InlineData("email,id")]
    public void Unknown_and_malformed_sort_keys_are_refused(string? text) => Assert.False(Sort<UserKey>.TryParse(text, out _));
}
