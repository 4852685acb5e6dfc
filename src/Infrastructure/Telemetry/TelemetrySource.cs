namespace CleanWorkspace.Infrastructure.Telemetry;

/// <summary>The source of the service's own spans and metrics.</summary>
public static class TelemetrySource
{
    /// <summary>The name of the source.</summary>
    public const string Name = "CleanWorkspace";
}
