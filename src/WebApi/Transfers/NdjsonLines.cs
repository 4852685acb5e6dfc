using System.Buffers;
using System.IO.Pipelines;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Lines of NDJSON on their way out.</summary>
internal static class NdjsonLines
{
    private const int FlushSize = 64 * 1024;

    /// <summary>Ends a line, and sends those that were written where they are enough.</summary>
    public static ValueTask EndLineAsync(this PipeWriter output, CancellationToken cancellationToken)
    {
        output.Write("\n"u8);
        return output.UnflushedBytes < FlushSize ? ValueTask.CompletedTask : FlushAsync(output, cancellationToken);
    }

    private static async ValueTask FlushAsync(PipeWriter output, CancellationToken cancellationToken) => await output.FlushAsync(cancellationToken);
}
