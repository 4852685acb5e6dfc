using MediatR;

namespace CleanWorkspace.Application.ImportJobs;

/// <summary>Cancels an import job, or deletes it if it has ended.</summary>
/// <param name="Id">The id of the job.</param>
public sealed record ImportJobsDeleteByIdRequest(Guid Id) : IRequest;

internal sealed class DeleteJobByIdHandler(IImportJobs jobs) : AsyncRequestHandler<ImportJobsDeleteByIdRequest>
{
    protected override async Task Handle(ImportJobsDeleteByIdRequest request, CancellationToken cancellationToken)
    {
        if (!await jobs.DeleteAsync(request.Id, cancellationToken))
        {
            throw Failure.NotFound<ImportJob>(request.Id);
        }
    }
}
