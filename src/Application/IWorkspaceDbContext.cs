using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application;

/// <summary>
/// The administrative tables through EF Core: LINQ, change tracking and <c>SaveChangesAsync</c>. Users, groups and memberships
/// have ports of their own (<c>docs/decisions/0014</c>).
/// </summary>
public interface IWorkspaceDbContext
{
    /// <summary>The API keys.</summary>
    DbSet<ApiKey> ApiKeys { get; }

    /// <summary>The webhooks.</summary>
    DbSet<Webhook> Webhooks { get; }

    /// <summary>The attempts to deliver events to webhooks.</summary>
    DbSet<WebhookDelivery> WebhookDeliveries { get; }

    /// <summary>The parts of the feed that wait to be sent again.</summary>
    DbSet<WebhookResend> WebhookResends { get; }

    /// <summary>Writes all tracked changes in one transaction.</summary>
    /// <exception cref="DbUpdateConcurrencyException">Another writer changed or deleted a row since it was read.</exception>
    Task<int> SaveChangesAsync(CancellationToken cancellationToken);

    /// <summary>Forgets all tracked rows, so that a retry reads them again.</summary>
    void Forget();
}
