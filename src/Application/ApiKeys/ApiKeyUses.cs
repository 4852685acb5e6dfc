using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Records the last uses of API keys, many keys at once.</summary>
public static class ApiKeyUses
{
    private const int MaxAttempts = 3;

    /// <summary>Stores the time of the last use of each key. An earlier time than the stored one changes nothing.</summary>
    /// <param name="db">The database.</param>
    /// <param name="uses">The time of the last use by the id of the key. Unknown ids are ignored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public static async Task RecordUsesAsync(
        this IWorkspaceDbContext db, IReadOnlyDictionary<Guid, DateTimeOffset> uses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(uses);
        var ids = uses.Keys.ToArray();
        for (var attempt = 1; ; attempt++)
        {
            var keys = await db.ApiKeys.AsTracking()
                .Where(key => ids.Contains(key.Id))
                .ToListAsync(cancellationToken);
            keys.ForEach(key => key.RecordUse(uses[key.Id]));
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return;
            }
            catch (DbUpdateConcurrencyException) when (attempt < MaxAttempts)
            {
                db.Forget();
            }
        }
    }
}
