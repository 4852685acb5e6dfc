using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using CleanWorkspace.WebApi.Json;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes a report as NDJSON: a JSON object on each line, however many there are.</summary>
internal sealed class ReportLines(PipeWriter output) : IDisposable
{
    private const int FlushSize = 64 * 1024;

    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Encoder = WorkspaceJson.Options.Encoder });

    public ValueTask WriteAsync<T>(T line, CancellationToken cancellationToken)
    {
        JsonSerializer.Serialize(_json, line, WorkspaceJson.Options);
        _json.Reset();
        output.Write("\n"u8);
        return output.UnflushedBytes < FlushSize ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await output.FlushAsync(cancellationToken);

    public void Dispose() => _json.Dispose();
}
