using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The limits of imports and exports over HTTP.</summary>
/// <param name="StallTime">The longest time that a client may take to send or read <see cref="PacedStream.Portion"/> bytes.</param>
internal sealed record TransferLimits(TimeSpan StallTime)
{
    private const int DefaultSeconds = 30;
    private const int MaxSeconds = 24 * 60 * 60;

    /// <summary>Reads the limit from <c>Transfers:StallSeconds</c>.</summary>
    public static TransferLimits Of(IConfiguration configuration) =>
        new(configuration.SecondsOf("Transfers:StallSeconds", DefaultSeconds, MaxSeconds));
}
