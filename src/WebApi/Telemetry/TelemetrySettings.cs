using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>The destinations of traces and metrics. By default, nothing is sent or served.</summary>
/// <param name="HasTraces">Whether traces are sent to a collector.</param>
/// <param name="SendsMetrics">Whether metrics are sent to a collector.</param>
/// <param name="PrometheusPort">The port on which Prometheus reads metrics, or null.</param>
internal sealed record TelemetrySettings(bool HasTraces, bool SendsMetrics, int? PrometheusPort)
{
    private const string PortKey = "Telemetry:PrometheusPort";
    private const string Disabled = "OTEL_SDK_DISABLED";
    private const string Traces = "TRACES";
    private const string Metrics = "METRICS";

    private static readonly string[] Schemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];
    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    /// <summary>Whether there are metrics.</summary>
    public bool HasMetrics => SendsMetrics || PrometheusPort is not null;

    /// <summary>Reads <c>Telemetry:PrometheusPort</c> and the variables of OpenTelemetry that choose the exporters.</summary>
    /// <exception cref="StartFailure">
    /// A setting cannot be used. OpenTelemetry itself would ignore it and send to a default address.
    /// </exception>
    public static TelemetrySettings Read(IConfiguration configuration)
    {
        var port = configuration.NumberOf(PortKey, 0, 1, ushort.MaxValue);
        var urls = AddressSetup.UrlsOf(configuration).DefaultIfEmpty($"http://localhost:{AddressSetup.DefaultPort}");
        if (port > 0 && urls.Any(url => BindingAddress.Parse(url).Port == port))
        {
            throw new StartFailure(
                $"{Settings.NameOf(PortKey)} is {port}, which is a port of the API. Metrics need a port of their own, such as 9464.");
        }

        foreach (var part in new[] { "", $"{Traces}_", $"{Metrics}_" })
        {
            CheckEndpoint(configuration, $"OTEL_EXPORTER_OTLP_{part}ENDPOINT");
            CheckProtocol(configuration, $"OTEL_EXPORTER_OTLP_{part}PROTOCOL");
        }

        var (traces, metrics) = (IsSent(configuration, Traces), IsSent(configuration, Metrics));
        return "true".Equals(configuration[Disabled]?.Trim(), StringComparison.OrdinalIgnoreCase)
            ? new TelemetrySettings(false, false, null)
            : new TelemetrySettings(traces, metrics, port > 0 ? port : null);
    }

    private static bool IsSent(IConfiguration configuration, string signal)
    {
        var name = $"OTEL_{signal}_EXPORTER";
        return configuration[name]?.Trim() switch
        {
            null or "" => configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }
                || configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 },
            "otlp" => true,
            "none" => false,
            _ => throw new StartFailure($"{name} must be otlp or none. For Prometheus, set {Settings.NameOf(PortKey)}."),
        };
    }

    private static void CheckEndpoint(IConfiguration configuration, string name)
    {
        if (configuration[name] is { Length: > 0 } endpoint
            && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || !Schemes.Contains(url.Scheme)))
        {
            throw new StartFailure($"{name} must be a URL that begins with http:// or https://, such as http://collector:4317.");
        }
    }

    private static void CheckProtocol(IConfiguration configuration, string name)
    {
        if (configuration[name] is { Length: > 0 } protocol && !Protocols.Contains(protocol.Trim()))
        {
            throw new StartFailure($"{name} must be {string.Join(" or ", Protocols)}.");
        }
    }
}
