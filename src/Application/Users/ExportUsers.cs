using CleanWorkspace.Application.Transfers;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Writes every user, and every group if the format has groups, from one snapshot.</summary>
/// <param name="Writer">Receives the groups and users.</param>
public sealed record UsersExportRequest(IExportWriter Writer) : IRequest;

internal sealed class ExportUsersHandler(ITransfers transfers) : AsyncRequestHandler<UsersExportRequest>
{
    protected override Task Handle(UsersExportRequest request, CancellationToken cancellationToken) =>
        transfers.ExportAsync(request.Writer, cancellationToken);
}
