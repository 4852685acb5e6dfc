using System.IO.Pipelines;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Events;
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
/// <param name="isExcelSafe">True puts an apostrophe before cells that a spreadsheet would run as formulas.</param>
/// <param name="exportAsync">Runs the use case.</param>
internal sealed class ExportResult(FileFormat? format, bool isExcelSafe, Func<IExportWriter, Task> exportAsync) : IActionResult
{
    /// <summary>The header with the token that continues the export with the feed of events.</summary>
    public const string EventsNext = "Events-Next";

    // The export and the database pause while this many bytes wait for a slow client. A client that is too slow loses its connection.
    private static readonly PipeOptions BufferLimits = new(
        pauseWriterThreshold: 512 * 1024, resumeWriterThreshold: 256 * 1024, useSynchronizationContext: false);

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var chosen = format ?? FileFormat.Of(http.Request);
        if (isExcelSafe && chosen != FileFormat.Csv)
        {
            throw Failure.Invalid(new RequestFault(
                "csv_only", "excel_safe needs CSV. Use format=csv, or remove excel_safe.", Parameter: "excel_safe"));
        }

        if (HeadRequests.IsHead(http))
        {
            SetHeaders(chosen, null, http.Response);
            return;
        }

        // If the database is silent, the request can end while the use case still runs. So the use case writes to a pipe.
        var pipe = new Pipe(BufferLimits);
        try
        {
            var writer = chosen.Write(pipe.Writer, isExcelSafe);
            await SendAsync(chosen, writer, pipe.Reader, WriteAsync(writer, pipe), http);
        }
        catch (Exception failure) when (http.Response.HasStarted)
        {
            Log(failure, http);
            http.Abort();
        }
        finally
        {
            await pipe.Reader.CompleteAsync(new OperationCanceledException());
        }
    }

    private static void Log(Exception failure, HttpContext http)
    {
        var logger = http.RequestServices.GetRequiredService<ILogger<ExportResult>>();
        if (failure is BadHttpRequestException)
        {
            logger.LogWarning("A client read an export too slowly, so the connection was aborted");
        }
        else if (!http.RequestAborted.IsCancellationRequested)
        {
            logger.LogError(failure, "An export failed after its first bytes, so the connection was aborted");
        }
    }

    private static void SetHeaders(FileFormat chosen, EventToken? token, HttpResponse response)
    {
        if (token is not null)
        {
            response.Headers[EventsNext] = token.ToString();
        }

        response.ContentType = chosen.MediaType;
        response.Headers.ContentDisposition = $"attachment; filename=\"users.{chosen.Name}\"";
    }

    // A failed pipe is not completed. Completion returns its memory to a pool, but the use case may still write to that memory.
    private async Task WriteAsync(ExportWriter writer, Pipe pipe)
    {
        try
        {
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

    private static async Task SendAsync(FileFormat chosen, ExportWriter writer, PipeReader file, Task writing, HttpContext http)
    {
        await using var body = PacedStream.Of(http, http.Response.Body);
        for (var read = await file.ReadAsync(http.RequestAborted); ; read = await file.ReadAsync(http.RequestAborted))
        {
            if (read.IsCanceled)
            {
                await writing;
            }

            if (!http.Response.HasStarted)
            {
                SetHeaders(chosen, writer.Token, http.Response);
            }

            foreach (var part in read.Buffer)
            {
                await body.WriteAsync(part, http.RequestAborted);
            }

            file.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }

            // Without this, a part of a compressed file would wait in the compressor for the next part.
            await body.FlushAsync(http.RequestAborted);
        }
    }
}
