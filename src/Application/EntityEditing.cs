using CleanWorkspace.Domain;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application;

/// <summary>Edits of single rows through EF Core.</summary>
internal static class EntityEditing
{
    private const int MaxAttempts = 5;

    /// <summary>Reads a row, edits it and saves it. If another writer was faster, the edit is repeated on the new row.</summary>
    /// <param name="db">The database.</param>
    /// <param name="rows">The table of the row.</param>
    /// <param name="id">The id of the row.</param>
    /// <param name="expectedVersions">The versions that the client accepts, or null for any.</param>
    /// <param name="edit">The edit, such as a method of the entity or <c>rows.Remove</c>.</param>
    /// <param name="cancellationToken">Cancels the edit.</param>
    /// <returns>The row as it is stored now.</returns>
    /// <exception cref="Failure">The row does not exist, has an unexpected version, or was changed at every attempt.</exception>
    public static async Task<TEntity> EditAsync<TEntity>(
        this IWorkspaceDbContext db,
        DbSet<TEntity> rows,
        Guid id,
        IReadOnlyList<long>? expectedVersions,
        Action<TEntity> edit,
        CancellationToken cancellationToken)
        where TEntity : Entity
    {
        for (var attempt = 1; ; attempt++)
        {
            var row = await rows.AsTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
                ?? throw Failure.NotFound<TEntity>(id);
            if (expectedVersions?.Contains(row.Version) == false)
            {
                throw Failure.PreconditionFailed();
            }

            edit(row);
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return row;
            }
            catch (DbUpdateConcurrencyException exception)
            {
                if (attempt == MaxAttempts)
                {
                    throw Failure.Contention(exception);
                }

                db.Forget();
            }
        }
    }
}
