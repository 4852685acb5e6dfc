using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>Watches the export to the collector, and ends it in time when the service stops.</summary>
internal sealed class TelemetryExport(IServiceProvider services, ILogger<TelemetryExport> logger) : IHostedService
{
    // A collector that does not answer may not delay the end of the service.
    private const int StopMilliseconds = 2000;

    private CollectorLog? _log;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _log = new CollectorLog(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _log?.Dispose();
        return Task.WhenAll(
            StopAsync(() => services.GetService<TracerProvider>()?.Shutdown(StopMilliseconds)),
            StopAsync(() => services.GetService<MeterProvider>()?.Shutdown(StopMilliseconds)));
    }

    // The SDK blocks its caller.
    private static Task StopAsync(Action stop) =>
        Task.Factory.StartNew(stop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
