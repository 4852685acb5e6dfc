using System.IO.Pipelines;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>
/// Answers with a file that is sent as it is written. What fails before the first bytes is answered as anything that fails; after them
/// the connection is broken off, so that nobody takes a part for the whole.
/// </summary>
/// <param name="format">The format that was asked for; null where the client's Accept header decides.</param>
/// <param name="isExcelSafe">Whether spreadsheets are kept from taking text for formulas.</param>
/// <param name="exportAsync">The use case.</param>
internal sealed class ExportResult(FileFormat? format, bool isExcelSafe, Func<IExportWriter, Task> exportAsync) : IActionResult
{
    // So much may wait for a client before the database waits for it too.
    private static readonly PipeOptions Room = new(pauseWriterThreshold: 512 * 1024, resumeWriterThreshold: 256 * 1024, useSynchronizationContext: false);

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var chosen = format ?? FileFormat.Of(http.Request);
        if (isExcelSafe && chosen != FileFormat.Csv)
        {
            throw Failure.Invalid([new RequestFault("csv_only", "Goes with format=csv only: in NDJSON nothing is taken for a formula.", Parameter: "excel_safe")]);
        }

        if (HeadRequests.IsHead(http))
        {
            Describe(chosen, http.Response);
            return;
        }

        // A use case may be left behind by its request, where the database is silent, so it does not write to the response.
        var pipe = new Pipe(Room);
        try
        {
            await SendAsync(chosen, pipe.Reader, WriteAsync(chosen, pipe), http);
        }
        catch (Exception failure) when (http.Response.HasStarted)
        {
            if (!http.RequestAborted.IsCancellationRequested)
            {
                http.RequestServices.GetRequiredService<ILogger<ExportResult>>().LogError(failure, "An export broke off");
            }

            http.Abort();
        }
        finally
        {
            await pipe.Reader.CompleteAsync(new OperationCanceledException());
        }
    }

    private static void Describe(FileFormat chosen, HttpResponse response)
    {
        response.ContentType = chosen.MediaType;
        response.Headers.ContentDisposition = $"attachment; filename=\"users.{chosen.Name}\"";
    }

    // The pipe is not completed after a failure: what was left behind may still write to memory that would be given to others then.
    private async Task WriteAsync(FileFormat chosen, Pipe pipe)
    {
        try
        {
            var writer = chosen.Write(pipe.Writer, isExcelSafe);
            await exportAsync(writer);
            await writer.EndAsync(CancellationToken.None);
            await pipe.Writer.CompleteAsync();
        }
        catch
        {
            pipe.Reader.CancelPendingRead();
            throw;
        }
    }

    private static async Task SendAsync(FileFormat chosen, PipeReader file, Task writing, HttpContext http)
    {
        for (var read = await file.ReadAsync(http.RequestAborted); ; read = await file.ReadAsync(http.RequestAborted))
        {
            if (read.IsCanceled)
            {
                await writing;
            }

            if (!http.Response.HasStarted)
            {
                Describe(chosen, http.Response);
            }

            foreach (var part in read.Buffer)
            {
                await http.Response.Body.WriteAsync(part, http.RequestAborted);
            }

            file.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
