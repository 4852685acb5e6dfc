using System.IO.Pipelines;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Mvc;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>
/// Sends an export while it is written. If the export fails before the first bytes, the answer is a problem document. If it fails later,
/// the connection is aborted, so the client sees that the file is incomplete.
/// </summary>
/// <param name="format">The format of the query; null if the Accept header decides.</param>
/// <param name="isExcelSafe">Whether an apostrophe stands before cells that spreadsheets would run as formulas.</param>
/// <param name="exportAsync">Runs the use case.</param>
internal sealed class ExportResult(FileFormat? format, bool isExcelSafe, Func<IExportWriter, Task> exportAsync) : IActionResult
{
    // If this much waits for a slow client, the export pauses, and the database with it.
    private static readonly PipeOptions BufferLimits = new(
        pauseWriterThreshold: 512 * 1024, resumeWriterThreshold: 256 * 1024, useSynchronizationContext: false);

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var chosen = format ?? FileFormat.Of(http.Request);
        if (isExcelSafe && chosen != FileFormat.Csv)
        {
            throw Failure.Invalid(new RequestFault(
                "csv_only", "Needs format=csv. Spreadsheets run no formulas from NDJSON.", Parameter: "excel_safe"));
        }

        if (HeadRequests.IsHead(http))
        {
            Describe(chosen, http.Response);
            return;
        }

        // If the database is silent, the request can end before the use case does. So the use case does not write to the response itself.
        var pipe = new Pipe(BufferLimits);
        try
        {
            await SendAsync(chosen, pipe.Reader, WriteAsync(chosen, pipe), http);
        }
        catch (Exception failure) when (http.Response.HasStarted)
        {
            if (!http.RequestAborted.IsCancellationRequested)
            {
                http.RequestServices.GetRequiredService<ILogger<ExportResult>>()
                    .LogError(failure, "An export failed after its first bytes, so the connection was aborted");
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

    // After a failure the pipe is not completed. The use case may still write to its memory, which completion would hand to other pipes.
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
