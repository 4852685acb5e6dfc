using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>Watches the export to the collector, and ends it in time when the service stops.</summary>
/// <param name="traces">The provider of traces, or none.</param>
/// <param name="metrics">The provider of metrics, or none.</param>
/// <param name="logger">The log.</param>
internal sealed class TelemetryExport(
    IEnumerable<TracerProvider> traces, IEnumerable<MeterProvider> metrics, ILogger<TelemetryExport> logger)
    : IHostedService, IDisposable
{
    // A collector that does not answer may not delay the end of the service.
    private const int StopMilliseconds = 2000;

    private readonly CollectorLog _log = new(logger);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        traces.Select(provider => StopAsync(() => provider.Shutdown(StopMilliseconds)))
            .Concat(metrics.Select(provider => StopAsync(() => provider.Shutdown(StopMilliseconds)))));

    public void Dispose() => _log.Dispose();

    // The SDK blocks its caller.
    private static Task StopAsync(Action stop) =>
        Task.Factory.StartNew(stop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
