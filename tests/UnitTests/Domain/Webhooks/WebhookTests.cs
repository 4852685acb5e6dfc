using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;

namespace CleanWorkspace.UnitTests.Domain.Webhooks;

public sealed class WebhookTests
{
    private readonly StoppedClock _clock = new(new DateTimeOffset(2026, 11, 23, 12, 24, 27, TimeSpan.Zero));

    [Fact]
    public void A_new_webhook_has_a_random_secret_and_begins_at_the_position()
    {
        var webhook = Create();

        Assert.Equal(32, Convert.FromBase64String(webhook.Secret["whsec_".Length..]).Length);
        Assert.NotEqual(webhook.Secret, Create().Secret);
        Assert.Equal((7, 0), (webhook.Cursor.Position, webhook.Cursor.Skip));
        Assert.Equal(["user.created"], webhook.Types);
        Assert.Equal((1, webhook.CreatedAt), (webhook.Version, webhook.UpdatedAt));
    }

    [Fact]
    public void A_change_to_the_same_values_changes_nothing()
    {
        var webhook = Create();

        webhook.Update(_clock, webhook.Url, new(webhook.Types), webhook.GroupId, webhook.Description, webhook.State);
        webhook.Update(_clock, default, default, default, default, default);

        Assert.Equal(1, webhook.Version);
    }

    [Fact]
    public void Absent_values_stay_and_null_clears()
    {
        var webhook = Create();

        webhook.Update(_clock, default, new((IReadOnlyList<string>?)null), default, new((string?)null), WebhookState.Disabled);

        Assert.Equal("https://hooks.example.org", webhook.Url);
        Assert.Null(webhook.Types);
        Assert.Null(webhook.Description);
        Assert.Equal(WebhookState.Disabled, webhook.State);
        Assert.Equal(2, webhook.Version);
    }

    [Fact]
    public void After_a_rotation_both_secrets_sign_for_a_day()
    {
        var webhook = Create();
        var former = webhook.Secret;

        webhook.Rotate(_clock);

        Assert.Equal([webhook.Secret, former], webhook.GetSecrets(_clock));
        _clock.Now += TimeSpan.FromHours(24);
        Assert.Equal([webhook.Secret], webhook.GetSecrets(_clock));
    }

    [Fact]
    public void Without_a_blocked_event_nothing_is_skipped()
    {
        var webhook = Create();

        Assert.False(webhook.SkipBlockedEvent());
        Assert.Null(webhook.SkippedEventId);
    }

    [Theory]
    [InlineData(null, "required")]
    [InlineData(" ", "required")]
    [InlineData("https://", "invalid_url")]
    [InlineData("hooks.example.org", "invalid_url")]
    [InlineData("ftp://hooks.example.org", "invalid_url")]
    [InlineData("https://ada@hooks.example.org", "invalid_url")]
    [InlineData("https://hooks.example.org#a", "invalid_url")]
    [InlineData("https://hooks.example.org/a b", "invalid_url")]
    [InlineData(@"https:\\hooks.example.org", "invalid_url")]
    [InlineData("https://hooks.example.org/a\u0000", "invalid_text")]
    public void A_wrong_url_is_refused(string? url, string code) => Assert.Equal(code, WebhookUrl.Check(url)?.Code);

    [Theory]
    [InlineData("https://hooks.example.org", true)]
    [InlineData("HTTPS://hooks.example.org:8443/a?b=c%20d", true)]
    [InlineData("https://bücher.example/ü", true)]
    [InlineData("https://[::1]/", true)]
    [InlineData("http://localhost:9000", false)]
    public void A_url_is_accepted(string url, bool isHttps)
    {
        Assert.Null(WebhookUrl.Check(url));
        Assert.Equal(isHttps, WebhookUrl.IsHttps(url));
    }

    [Fact]
    public void A_wrong_value_cannot_become_part_of_a_webhook() =>
        Assert.Equal("invalid_url", Assert.Throws<InvalidValueException>(() => Create("hooks")).Fault.Code);

    private Webhook Create(string url = " https://hooks.example.org ") =>
        Webhook.Create(_clock, 7, url, ["user.created", "user.created"], null, "intranet", WebhookState.Enabled);
}
