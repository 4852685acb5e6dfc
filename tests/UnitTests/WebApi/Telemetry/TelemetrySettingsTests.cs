using CleanWorkspace.WebApi.Hosting;
using CleanWorkspace.WebApi.Telemetry;
using Microsoft.Extensions.Configuration;

namespace CleanWorkspace.UnitTests.WebApi.Telemetry;

public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("", false, false, null)]
    [InlineData("OTEL_SERVICE_NAME=a", false, false, null)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", true, true, null)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector/v1/traces", true, false, null)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector", false, true, null)]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", true, false, null)]
    [InlineData("OTEL_METRICS_EXPORTER=otlp", false, true, null)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector;OTEL_METRICS_EXPORTER=none", true, false, null)]
    [InlineData("Telemetry:PrometheusPort=9464", false, false, 9464)]
    [InlineData("Telemetry:PrometheusPort=9464;OTEL_EXPORTER_OTLP_ENDPOINT=http://collector", true, true, 9464)]
    [InlineData("Telemetry:PrometheusPort=9464;OTEL_TRACES_EXPORTER=otlp;OTEL_SDK_DISABLED=True", false, false, null)]
    public void Variables_choose_the_destinations(string settings, bool hasTraces, bool sendsMetrics, int? port) =>
        Assert.Equal(new TelemetrySettings(hasTraces, sendsMetrics, port), Read(settings));

    [Theory]
    [InlineData("Telemetry:PrometheusPort=0", "Telemetry__PrometheusPort must be a whole number from 1 to 65535.")]
    [InlineData("Telemetry:PrometheusPort=65536", "Telemetry__PrometheusPort must be a whole number from 1 to 65535.")]
    [InlineData("Telemetry:PrometheusPort=http", "Telemetry__PrometheusPort must be a whole number from 1 to 65535.")]
    [InlineData(
        "Telemetry:PrometheusPort=5080",
        "Telemetry__PrometheusPort is 5080, which is a port of the API. Metrics need a port of their own, such as 9464.")]
    [InlineData(
        "Telemetry:PrometheusPort=8080;http_ports=8080",
        "Telemetry__PrometheusPort is 8080, which is a port of the API. Metrics need a port of their own, such as 9464.")]
    [InlineData(
        "OTEL_TRACES_EXPORTER=zipkin", "OTEL_TRACES_EXPORTER must be otlp or none. For Prometheus, set Telemetry__PrometheusPort.")]
    [InlineData(
        "OTEL_METRICS_EXPORTER=prometheus", "OTEL_METRICS_EXPORTER must be otlp or none. For Prometheus, set Telemetry__PrometheusPort.")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317",
        "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:// or https://, such as http://collector:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL must be grpc or http/protobuf.")]
    public void A_wrong_setting_is_one_sentence(string settings, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<StartFailure>(() => Read(settings)).Message);

    private static TelemetrySettings Read(string settings) => TelemetrySettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => (string?)parts[1]))
        .Build());
}
