using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Deletes the users that the rows of a file name, by address or id.</summary>
/// <param name="Rows">The rows, read once. If they throw, nothing changes.</param>
/// <param name="Options">The options.</param>
/// <param name="Report">Receives the progress and the result.</param>
public sealed record UsersDeleteByListRequest(IAsyncEnumerable<ImportRow> Rows, ImportOptions Options, IImportReport Report)
    : IRequest<ImportSummary>;

internal sealed class DeleteUsersByListHandler(ITransfers transfers, Caller caller, TimeProvider clock)
    : IRequestHandler<UsersDeleteByListRequest, ImportSummary>
{
    private static readonly Fault NoKey = new("required", "The row names nobody. Give the address or the id of the user to delete.");

    private static readonly Fault NoUser = new("unsupported", "Only users can be deleted by a list. Remove the lines of groups.");

    public Task<ImportSummary> Handle(UsersDeleteByListRequest request, CancellationToken cancellationToken) =>
        transfers.DeleteAsync(
            new RowCheck(clock).CheckAsync(ReadKeysAsync(request.Rows, cancellationToken), cancellationToken),
            request.Options,
            request.Report,
            request.Options.Job?.Caller ?? caller,
            cancellationToken);

    // The other values of a row do not matter, so the list can be a part of an export.
    private static async IAsyncEnumerable<ImportRow> ReadKeysAsync(
        IAsyncEnumerable<ImportRow> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            yield return row switch
            {
                ImportGroupRow => new UnreadableRow(row.Line, "resource", NoUser),
                ImportUserRow { Email.Value: null, Id.IsGiven: false, ReadingFaults.Count: 0 } =>
                    new UnreadableRow(row.Line, "email", NoKey),
                ImportUserRow user => new ImportUserRow(user.Line)
                {
                    ReadingFaults = user.ReadingFaults,
                    Id = user.Id,
                    // A given null means that the row has no address.
                    Email = new(user.Email.Value),
                },
                _ => row,
            };
        }
    }
}
