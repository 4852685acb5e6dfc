using CleanWorkspace.Application;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.WebApi.Responses;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>A request with a file. The service imports the file now, or stores it as a job.</summary>
/// <param name="Http">The request.</param>
/// <param name="File">The file.</param>
/// <param name="Columns">The parameter <c>columns</c>, or null.</param>
/// <param name="IgnoresOtherColumns">The parameter <c>ignore_other_columns</c>.</param>
/// <param name="Idempotency">The header <c>Idempotency-Key</c>, or null.</param>
/// <param name="IsAsync">The parameter <c>async</c>.</param>
internal sealed record ImportCall(
    HttpContext Http, ImportFile File, string? Columns, bool IgnoresOtherColumns, string? Idempotency, bool IsAsync)
{
    /// <summary>Answers the request. A request that cannot be carried out is refused before its file is read.</summary>
    /// <param name="options">The options of the import.</param>
    /// <param name="importAsync">Imports the rows now.</param>
    public async Task<IActionResult> RunAsync(
        ImportOptions options, Func<IAsyncEnumerable<ImportRow>, ImportOptions, IImportReport, Task> importAsync)
    {
        var rows = File.Read(ColumnMap.Parse(Columns, IgnoresOtherColumns));
        var key = FingerprintStream.KeyOf(Http, Idempotency);
        using var end = new RequestEnd();
        if (IsAsync)
        {
            return new AcceptedJob(await AddJobAsync(options, key, end));
        }

        await importAsync(end.Limit(rows, CancellationToken.None), options with { Key = key }, new NdjsonReport(Http.Response, end.Token));
        return new EmptyResult();
    }

    private Task<ImportJobResponse> AddJobAsync(ImportOptions options, ImportKey? key, RequestEnd end)
    {
        var services = Http.RequestServices;
        var jobs = services.GetRequiredService<IImportJobs>();
        var job = new ImportJob(
            Uuid.CreateVersion7(services.GetRequiredService<TimeProvider>()),
            services.GetRequiredService<Caller>(),
            new ImportJobInput(File.Format.Name, Columns, IgnoresOtherColumns, options));
        return services.GetRequiredService<DatabaseLiveness>().RunAsync(
            token => jobs.AddAsync(job, key, end.Limit(File.ReadPartsAsync(token), token), token), Http.RequestAborted);
    }
}
