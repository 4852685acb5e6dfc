using System.Data.Common;
using CleanWorkspace.Domain.ApiKeys;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Creates an API key for an admin from a token that the operator has made. Does nothing if the service has a key.</summary>
/// <param name="Token">The token.</param>
/// <returns>Whether the key was created.</returns>
public sealed record ApiKeysCreateFirstKeyRequest(KeyToken Token) : IRequest<bool>;

internal sealed class CreateFirstKeyHandler(IWorkspaceDbContext db) : IRequestHandler<ApiKeysCreateFirstKeyRequest, bool>
{
    public async Task<bool> Handle(ApiKeysCreateFirstKeyRequest request, CancellationToken cancellationToken)
    {
        if (await db.ApiKeys.AnyAsync(cancellationToken))
        {
            return false;
        }

        db.ApiKeys.Add(ApiKey.CreateFirst(request.Token));
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
