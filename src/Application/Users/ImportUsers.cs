using CleanWorkspace.Application.Transfers;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Creates and changes users and groups from the rows of a file.</summary>
/// <param name="Rows">The rows, read once. If they throw, nothing changes.</param>
/// <param name="Options">The options of the import.</param>
/// <param name="Report">Receives the progress and the result.</param>
public sealed record UsersImportRequest(IAsyncEnumerable<ImportRow> Rows, ImportOptions Options, IImportReport Report)
    : IRequest<ImportSummary>;

internal sealed class ImportUsersHandler(ITransfers transfers, Caller caller, TimeProvider clock)
    : IRequestHandler<UsersImportRequest, ImportSummary>
{
    public Task<ImportSummary> Handle(UsersImportRequest request, CancellationToken cancellationToken) =>
        transfers.ImportAsync(
            new RowCheck(clock).CheckAsync(request.Rows, cancellationToken), request.Options, request.Report, caller, cancellationToken);
}
