using CleanWorkspace.Application.Lists;
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
        Assert.Equal(
            words.Split('|', StringSplitOptions.RemoveEmptyEntries), new UsersListRequest { Q = q }.Words.Select(word => word.Text));

    [Theory]
    [InlineData("l", true)]
    [InlineData("Li", true)]
    [InlineData("王", true)]
    [InlineData("王伟", true)]
    [InlineData("a-b.c", true)]
    [InlineData("ab@cd.ef", true)]
    [InlineData("KaʻAb", true)]
    [InlineData("Lin", false)]
    [InlineData("a-bcd", false)]
    [InlineData("a-bcd-e", false)]
    [InlineData("김철수", false)]
    [InlineData("𝒜𝒷𝒸", false)]
    [InlineData("%", false)]
    [InlineData("ʻʻʻ", false)]
    [InlineData("😀", false)]
    public void A_word_is_a_beginning_if_it_never_has_three_letters_or_digits_in_a_row(string word, bool isBeginning) =>
        Assert.Equal(isBeginning, new SearchWord(word).IsBeginning);

    [Theory]
    [InlineData("1", true)]
    [InlineData("(ж)", true)]
    [InlineData("100%", true)]
    [InlineData("%_-", false)]
    [InlineData("ʻʻʻ", false)]
    [InlineData("😀", false)]
    public void A_word_can_be_found_if_it_has_a_letter_or_a_digit(string word, bool hasLetterOrDigit) =>
        Assert.Equal(hasLetterOrDigit, new SearchWord(word).HasLetterOrDigit);

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
