using CleanWorkspace.Infrastructure;
using CleanWorkspace.Infrastructure.Telemetry;
using CleanWorkspace.WebApi.Hosting;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>
/// Sets up traces and metrics (docs/observability.md). Without a destination nothing is registered. The SDK itself reads the other
/// variables of OpenTelemetry.
/// </summary>
internal static class TelemetrySetup
{
    private const string ServiceName = "cleanworkspace";

    // The sources of spans. The instrumentation of ASP.NET Core adds its own.
    private static readonly string[] Sources = [TelemetrySource.Name, SpanFilter.DatabaseSource];

    // The counters of ASP.NET Core, of the database driver and of .NET.
    private static readonly string[] Meters =
        [TelemetrySource.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime"];

    /// <summary>Adds the traces and metrics of the service.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var settings = TelemetrySettings.Read(builder.Configuration);
        if (!settings.HasTraces && !settings.HasMetrics)
        {
            return;
        }

        builder.Services.AddHostedService<TelemetryExport>();
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource
            .Clear()
            .AddService(ServiceName, serviceVersion: typeof(TelemetrySetup).Assembly.GetName().Version?.ToString())
            .AddTelemetrySdk()
            // Its values come last, so they win.
            .AddEnvironmentVariableDetector());
        if (settings.HasTraces)
        {
            // The events of spans are exceptions, and the message of an exception can repeat a value.
            builder.Configuration.AddInMemoryCollection([new("OTEL_SPAN_EVENT_COUNT_LIMIT", "0")]);
            // ASP.NET Core reads the header traceparent itself. The baggage of clients is not used.
            Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
            telemetry.WithTracing(traces => traces
                .AddSource(Sources)
                .AddAspNetCoreInstrumentation(options => options.Filter = context =>
                    !context.Request.Path.StartsWithSegments(ApiSetup.HealthPath))
                .AddProcessor<SpanFilter>()
                .AddOtlpExporter());
        }

        if (settings.HasMetrics)
        {
            builder.Services.AddWorkspaceMetrics();
            telemetry.WithMetrics(metrics => metrics.AddMeter(Meters));
        }

        if (settings.SendsMetrics)
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        }

        if (settings.PrometheusPort is { } port)
        {
            telemetry.WithMetrics(metrics => metrics.AddPrometheusExporter());
            builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<MetricsServer>(provider, port));
        }
    }
}
