using System.Net.Sockets;
using CleanWorkspace.WebApi.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>
/// Serves <c>GET /metrics</c> on a port of its own. It is a second web server without the pipeline of the API. So no rule of the API
/// concerns it, and a scrape is no request in the log, the traces or the metrics.
/// </summary>
/// <param name="port">The port.</param>
/// <param name="services">The services.</param>
/// <param name="configuration">The settings. If the API listens on this machine only, so do the metrics.</param>
/// <param name="loggers">The log.</param>
internal sealed class MetricsServer(int port, IServiceProvider services, IConfiguration configuration, ILoggerFactory loggers)
    : IHostedService, IDisposable
{
    private KestrelServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        if (AddressSetup.FindReachableAddress(configuration) is null)
        {
            options.ListenLocalhost(port);
        }
        else
        {
            options.ListenAnyIP(port);
        }

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        _server = new KestrelServer(Options.Create(options), transport, loggers);
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseOpenTelemetryPrometheusScrapingEndpoint();
        try
        {
            await _server.StartAsync(new Application(pipeline.Build()), cancellationToken);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            throw new StartFailure(
                $"The port {port} of Telemetry__PrometheusPort is in use by another program. Stop that program, or choose another port.");
        }
        catch (SocketException fault)
        {
            throw new StartFailure($"The port {port} of Telemetry__PrometheusPort cannot be opened: {fault.Message}.");
        }

        loggers.CreateLogger<MetricsServer>().LogInformation("Metrics        {Metrics}", $"http://localhost:{port}/metrics");
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    /// <summary>Runs the pipeline for each request.</summary>
    private sealed class Application(RequestDelegate pipeline) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => pipeline(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
