using CleanWorkspace.Application.Transfers;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Creates and changes users, and groups, as the rows of a file say.</summary>
/// <param name="Rows">The rows, read once; an exception from them ends the import, and nothing is changed.</param>
/// <param name="Options">How the file is imported.</param>
/// <param name="Report">Where is said how far it is and how it ended.</param>
public sealed record UsersImportRequest(IAsyncEnumerable<ImportRow> Rows, ImportOptions Options, IImportReport Report) : IRequest<ImportSummary>;

internal sealed class ImportUsersHandler(IWorkspaceImporter importer, Caller caller, TimeProvider clock) : IRequestHandler<UsersImportRequest, ImportSummary>
{
    public Task<ImportSummary> Handle(UsersImportRequest request, CancellationToken cancellationToken) =>
        importer.ImportAsync(
            new RowCheck(clock).CheckAsync(request.Rows, cancellationToken), request.Options, request.Report, caller, cancellationToken);
}
