using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Domain.Users;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Users;

/// <summary>Reads everything that is stored about a user. The user may have been deleted.</summary>
/// <param name="Id">The id of the user.</param>
/// <param name="Actor">The caller, written as in the audit, whose changes are added; null for none.</param>
public sealed record UsersGetDataByIdRequest(Guid Id, string? Actor) : IRequest<UserDataResponse>;

internal sealed class GetUserDataByIdHandler(IUserStore users, IAuditEntryReader audit, IWorkspaceDbContext db)
    : IRequestHandler<UsersGetDataByIdRequest, UserDataResponse>
{
    public async Task<UserDataResponse> Handle(UsersGetDataByIdRequest request, CancellationToken cancellationToken)
    {
        var data = new UserDataResponse
        {
            User = await users.FindAsync(request.Id, null, cancellationToken),
            AuditEntries = await audit.ListAboutAsync(request.Id, request.Actor, cancellationToken),
            Deliveries = await db.WebhookDeliveries
                .Where(delivery => delivery.ResourceId == request.Id && delivery.Type.StartsWith("user."))
                .OrderBy(delivery => delivery.Id)
                .Select(delivery => new UserDataDelivery
                {
                    WebhookId = delivery.WebhookId,
                    EventId = delivery.EventId,
                    Type = delivery.Type,
                    Time = delivery.Time,
                    Status = delivery.Status,
                    Answer = delivery.Answer,
                })
                .ToListAsync(cancellationToken),
        };
        return data.User is null && data.AuditEntries.Count == 0 && data.Deliveries.Count == 0
            ? throw Failure.NotFound<User>(request.Id)
            : data;
    }
}
