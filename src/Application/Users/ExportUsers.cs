using CleanWorkspace.Application.Transfers;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Writes every user, and every group where the format has them, from one snapshot.</summary>
/// <param name="Writer">Where they go.</param>
public sealed record UsersExportRequest(IExportWriter Writer) : IRequest;

internal sealed class ExportUsersHandler(IWorkspaceReader reader) : AsyncRequestHandler<UsersExportRequest>
{
    protected override Task Handle(UsersExportRequest request, CancellationToken cancellationToken) =>
        reader.ExportAsync(request.Writer, cancellationToken);
}
