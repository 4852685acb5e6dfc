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
    public async Task<ImportSummary> Handle(UsersImportRequest request, CancellationToken cancellationToken)
    {
        var check = new RowCheck(clock);
        var rows = check.CheckAsync(request.Rows, cancellationToken);
        return check.AddCounts(
            await transfers.ImportAsync(
                rows,
                request.Options,
                new CheckedReport(request.Report, check),
                request.Options.Job?.Caller ?? caller,
                cancellationToken));
    }
}
