using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.UnitTests.Domain.ApiKeys;

public sealed class StoredKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 24, 27, TimeSpan.Zero);

    [Fact]
    public void A_key_is_expired_from_its_expiry_time_on()
    {
        var key = new StoredKey(Guid.Empty, "ops", Role.Viewer, Now, []);

        Assert.False(key.IsExpired(Now.AddTicks(-1)));
        Assert.True(key.IsExpired(Now));
        Assert.True(key.IsExpired(Now.ToOffset(TimeSpan.FromHours(-8))));
        Assert.True(key.IsExpired(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void A_key_without_an_expiry_time_never_expires() =>
        Assert.False(new StoredKey(Guid.Empty, "ops", Role.Viewer, null, []).IsExpired(DateTimeOffset.MaxValue));
}
