using MediatR;

namespace CleanWorkspace.Application.ImportJobs;

/// <summary>Reads one import job.</summary>
/// <param name="Id">The id of the job.</param>
public sealed record ImportJobsGetImportJobByIdRequest(Guid Id) : IRequest<ImportJobResponse>;

internal sealed class GetImportJobByIdHandler(IImportJobs jobs) : IRequestHandler<ImportJobsGetImportJobByIdRequest, ImportJobResponse>
{
    public async Task<ImportJobResponse> Handle(ImportJobsGetImportJobByIdRequest request, CancellationToken cancellationToken) =>
        await jobs.FindAsync(request.Id, cancellationToken) ?? throw Failure.NotFound<ImportJob>(request.Id);
}
