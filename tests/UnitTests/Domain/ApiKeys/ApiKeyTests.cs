using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.ApiKeys;

public sealed class ApiKeyTests
{
    private static readonly StoppedClock Clock = new(new DateTimeOffset(2026, 11, 23, 12, 24, 27, TimeSpan.Zero));

    [Fact]
    public void A_new_key_has_the_given_values_and_the_hash_of_its_token()
    {
        var (key, token) = ApiKey.Create(Clock, " Payroll ", Role.Editor, Clock.Now);

        Assert.Equal("Payroll", key.Name);
        Assert.Equal(Role.Editor, key.Role);
        Assert.Equal(Clock.Now, key.ExpiresAt);
        Assert.Null(key.LastUsedAt);
        Assert.Equal(key.Id, token.KeyId);
        Assert.True(token.HasHash(key.TokenHash));
        Assert.StartsWith($"{Clock.Now.ToUnixTimeMilliseconds():x12}", key.Id.ToString("N"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "required")]
    [InlineData(" ", "required")]
    [InlineData("Pay\nroll", "invalid_text")]
    public void A_key_with_an_invalid_name_cannot_be_created(string? name, string code)
    {
        var exception = Assert.Throws<InvalidValueException>(() => ApiKey.Create(Clock, name, Role.Viewer, null));

        Assert.Equal(code, exception.Fault.Code);
    }

    [Fact]
    public void A_name_has_at_most_200_characters()
    {
        Assert.Null(ApiKey.NameRule.Check(new string('a', 200)));
        Assert.Equal("too_long", ApiKey.NameRule.Check(new string('a', 201))?.Code);
    }
}
