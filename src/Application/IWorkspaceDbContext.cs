using CleanWorkspace.Domain.ApiKeys;
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

    /// <summary>Writes all tracked changes in one transaction.</summary>
    /// <exception cref="DbUpdateConcurrencyException">Another writer changed or deleted a row since it was read.</exception>
    Task<int> SaveChangesAsync(CancellationToken cancellationToken);

    /// <summary>Forgets all tracked rows, so that a retry reads them again.</summary>
    void Forget();
}
