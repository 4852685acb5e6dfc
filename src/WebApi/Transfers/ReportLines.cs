using System.IO.Pipelines;
using System.Text.Json;
using CleanWorkspace.Application;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes a report as NDJSON: one JSON object a line.</summary>
internal sealed class ReportLines(PipeWriter output) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Encoder = WorkspaceJson.Options.Encoder });

    public ValueTask WriteAsync<T>(T line, CancellationToken cancellationToken)
    {
        JsonSerializer.Serialize(_json, line, WorkspaceJson.Options);
        _json.Reset();
        return output.EndLineAsync(cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await output.FlushAsync(cancellationToken);

    public void Dispose() => _json.Dispose();
}
