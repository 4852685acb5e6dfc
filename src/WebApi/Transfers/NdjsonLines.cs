using System.Buffers;
using System.IO.Pipelines;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Ends lines of NDJSON output.</summary>
internal static class NdjsonLines
{
    private const int FlushSize = 64 * 1024;

    /// <summary>Ends a line and flushes the output if it has enough bytes.</summary>
    public static ValueTask EndLineAsync(this PipeWriter output, CancellationToken cancellationToken)
    {
        output.Write("\n"u8);
        return output.UnflushedBytes < FlushSize ? ValueTask.CompletedTask : FlushAsync(output, cancellationToken);
    }

    private static async ValueTask FlushAsync(PipeWriter output, CancellationToken cancellationToken) =>
        await output.FlushAsync(cancellationToken);
}
