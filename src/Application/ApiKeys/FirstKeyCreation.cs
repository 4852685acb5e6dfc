using System.Data.Common;
using CleanWorkspace.Domain.ApiKeys;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Creates the first API key, without which nobody could create one over HTTP.</summary>
public static class FirstKeyCreation
{
    /// <summary>Creates an API key for an admin from a token that the operator has made. Does nothing if there is a key.</summary>
    /// <param name="db">The database.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the key was created.</returns>
    public static async Task<bool> CreateFirstKeyAsync(this IWorkspaceDbContext db, KeyToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        if (await db.ApiKeys.AnyAsync(cancellationToken))
        {
            return false;
        }

        db.ApiKeys.Add(ApiKey.CreateFirst(token));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbException)
        {
            if (await db.ApiKeys.AnyAsync(cancellationToken))
            {
                // Another instance that started at the same time was faster.
                return false;
            }

            throw;
        }
    }
}
