namespace CleanWorkspace.Infrastructure.Telemetry;

/// <summary>The numbers that the database knows about the workspace.</summary>
/// <param name="Users">The number of users of each role, in the order of the roles.</param>
/// <param name="Groups">The number of groups.</param>
/// <param name="EventLag">The age of the oldest write that is committed but not in the feed yet, in seconds; 0 without one.</param>
/// <param name="OldestTransaction">The age of the oldest transaction that has written and still runs, in seconds; 0 without one.</param>
/// <param name="WebhookBacklog">The audit entries that enabled webhooks have not passed yet. Each webhook counts up to a limit.</param>
/// <param name="WebhookLag">The age of the oldest of these entries, in seconds; 0 without one.</param>
/// <param name="BlockedWebhooks">The number of enabled webhooks whose endpoint does not accept an event.</param>
internal sealed record WorkspaceStatus(
    IReadOnlyList<long> Users,
    long Groups,
    double EventLag,
    double OldestTransaction,
    long WebhookBacklog,
    double WebhookLag,
    long BlockedWebhooks);
