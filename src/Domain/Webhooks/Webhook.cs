using System.Security.Cryptography;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Webhooks;

/// <summary>An endpoint to which the service sends the events of the feed, and the state of the delivery.</summary>
public sealed class Webhook : Entity
{
    /// <summary>The maximum number of characters of a URL.</summary>
    public const int MaxUrlLength = 2000;

    /// <summary>The maximum number of characters of a description.</summary>
    public const int MaxDescriptionLength = 1000;

    /// <summary>The rule of the text of URLs. <see cref="WebhookUrl"/> has the rest.</summary>
    public static readonly TextRule UrlRule = new(MaxUrlLength, required: true);

    /// <summary>The rule of descriptions.</summary>
    public static readonly TextRule DescriptionRule = new(MaxDescriptionLength, multiline: true);

    private const int SecretSize = 32;

    // The time in which an operator can change the secret at the endpoint.
    private static readonly TimeSpan RotationTime = TimeSpan.FromHours(24);

    private Webhook()
    {
    }

    /// <summary>The address of the endpoint.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The types of events to deliver, or null for all.</summary>
    public IReadOnlyList<string>? Types { get; private set; }

    /// <summary>The id of the group whose events are delivered, or null for all events. The group may have been deleted since.</summary>
    public Guid? GroupId { get; private set; }

    /// <summary>The purpose of the webhook, for people, or null.</summary>
    public string? Description { get; private set; }

    /// <summary>Whether events are delivered.</summary>
    public WebhookState State { get; private set; }

    /// <summary>The secret that signs messages: <c>whsec_</c> and 32 random bytes in base64 (Standard Webhooks).</summary>
    public string Secret { get; private set; } = "";

    /// <summary>The secret before the last rotation, or null.</summary>
    public string? PreviousSecret { get; private set; }

    /// <summary>The time until which the previous secret signs messages, too, or null.</summary>
    public DateTimeOffset? PreviousSecretExpiresAt { get; private set; }

    /// <summary>The number of failed attempts since the last success.</summary>
    public int Attempts { get; private set; }

    /// <summary>The time of the first of these attempts, or null if the last attempt succeeded.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    /// <summary>The time before which the next attempt is not made, or null if it is made at once.</summary>
    public DateTimeOffset? NextAttemptAt { get; private set; }

    /// <summary>The id of the event that the endpoint does not accept, or null. Later events wait for it.</summary>
    public string? BlockedEventId { get; private set; }

    /// <summary>The id of a blocked event that is not sent any more, or null.</summary>
    public string? SkippedEventId { get; private set; }

    /// <summary>Why the service disabled the webhook, for people, or null.</summary>
    public string? DisabledReason { get; private set; }

    /// <summary>The place up to which events are delivered. It is only loaded on request.</summary>
    public WebhookCursor Cursor { get; private init; } = null!;

    /// <summary>Creates a webhook that is not stored yet.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="position">The position in the feed after which the delivery begins.</param>
    /// <param name="url">The address of the endpoint.</param>
    /// <param name="types">The types of events, or null for all.</param>
    /// <param name="groupId">The id of a group, or null for all events.</param>
    /// <param name="description">The description, or null.</param>
    /// <param name="state">The state.</param>
    /// <exception cref="InvalidValueException">A value breaks its rule.</exception>
    public static Webhook Create(
        TimeProvider clock,
        long position,
        string? url,
        IReadOnlyList<string>? types,
        Guid? groupId,
        string? description,
        WebhookState state) => new()
        {
            Id = Uuid.CreateVersion7(clock),
            Url = WebhookUrl.Normalize(url),
            Types = Normalize(types),
            GroupId = groupId,
            Description = DescriptionRule.Normalize(description),
            State = state,
            Secret = CreateSecret(),
            Cursor = new WebhookCursor(position),
        };

    /// <summary>
    /// Changes the given values. If no value differs, version and time of change stay. If anything but the description differs, the
    /// service tries again at once.
    /// </summary>
    /// <exception cref="InvalidValueException">A value breaks its rule.</exception>
    public void Update(
        TimeProvider clock,
        Optional<string?> url,
        Optional<IReadOnlyList<string>?> types,
        Optional<Guid?> groupId,
        Optional<string?> description,
        Optional<WebhookState> state)
    {
        var before = (Url, TypesAsText(), GroupId, State);
        var descriptionBefore = Description;
        Url = url.IsGiven ? WebhookUrl.Normalize(url.Value) : Url;
        Types = types.IsGiven ? Normalize(types.Value) : Types;
        GroupId = groupId.IsGiven ? groupId.Value : GroupId;
        Description = description.IsGiven ? DescriptionRule.Normalize(description.Value) : Description;
        State = state.IsGiven ? state.Value : State;
        var isRenewed = before != (Url, TypesAsText(), GroupId, State);
        if (isRenewed || Description != descriptionBefore)
        {
            MarkChanged(clock);
        }

        if (isRenewed && State == WebhookState.Enabled)
        {
            (Attempts, FailingSince, NextAttemptAt, BlockedEventId, DisabledReason) = (0, null, null, null, null);
        }
    }

    /// <summary>Replaces the secret. For 24 hours, messages are signed by both secrets.</summary>
    public void Rotate(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        PreviousSecret = Secret;
        PreviousSecretExpiresAt = Timestamp.Truncate(clock.GetUtcNow() + RotationTime);
        Secret = CreateSecret();
        MarkChanged(clock);
    }

    /// <summary>Gives up the blocked event, so that the events after it are delivered.</summary>
    /// <returns>False if no event is blocked.</returns>
    public bool SkipBlockedEvent()
    {
        if (BlockedEventId is null)
        {
            return false;
        }

        SkippedEventId = BlockedEventId;
        NextAttemptAt = null;
        MoveVersion();
        return true;
    }

    /// <summary>Returns the secrets that sign a message now, the current one first.</summary>
    public IReadOnlyList<string> GetSecrets(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return PreviousSecret is { } previous && PreviousSecretExpiresAt > clock.GetUtcNow() ? [Secret, previous] : [Secret];
    }

    private static string CreateSecret() => $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretSize))}";

    private static string[]? Normalize(IReadOnlyList<string>? types) => types is null ? null : [.. types.Distinct()];

    private string? TypesAsText() => Types is null ? null : string.Join(',', Types);
}
