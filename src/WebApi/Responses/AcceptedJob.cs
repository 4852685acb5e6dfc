using CleanWorkspace.Application.ImportJobs;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Responses;

/// <summary>The answer 202 with a job. Its <c>Location</c> is the path of the job.</summary>
internal sealed class AcceptedJob(ImportJobResponse job) : AcceptedResult((string?)null, job)
{
    /// <summary>Sets the header <c>Location</c>.</summary>
    public override void OnFormatting(ActionContext context)
    {
        var request = context.HttpContext.Request;
        Location = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, $"/import/{job.Id}");
        base.OnFormatting(context);
    }
}
