using System.Diagnostics.Tracing;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>Logs one line when the collector cannot be reached, and again after it was reached. The SDK itself logs nothing.</summary>
internal sealed class CollectorLog(ILogger logger) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private const string Success = "ExportSuccess";

    private bool _hasFailed;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == Success)
        {
            Volatile.Write(ref _hasFailed, false);
        }
        else if (eventData.Level <= EventLevel.Warning && !Interlocked.Exchange(ref _hasFailed, true))
        {
            logger.LogWarning(
                "Telemetry cannot be sent to the collector, and the service goes on without it: {Reason}. "
                + "Check OTEL_EXPORTER_OTLP_ENDPOINT and that the collector runs",
                ReasonOf(eventData));
        }
    }

    // The last value is the exception as text. Its first line has the type and the message.
    private static string ReasonOf(EventWrittenEventArgs failure) =>
        $"{failure.Payload?.LastOrDefault() ?? failure.EventName}".Split('\n')[0].Split(": ", 2)[^1].TrimEnd('.', '\r');
}
