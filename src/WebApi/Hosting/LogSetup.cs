using System.Globalization;
using CleanWorkspace.Application.Callers;
using CleanWorkspace.WebApi.Authentication;
using Microsoft.AspNetCore.Diagnostics;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Sets up the log: one line per request, faults, start and stop. The log never contains a body, a query string, an e-mail
/// address, a name or SQL. Instead of the path it contains the route template. The caller of a token is the subject that the issuer chose.
/// </summary>
internal static class LogSetup
{
    private const string RequestTemplate = "{Method} {Route} answered {Status} in {Elapsed:0.0} ms for {Caller}";

    private const string ClientTemplate = " from {Client}";

    private const string ConsoleTemplate = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj} {TraceId}{NewLine}{Exception}";

    /// <summary>Logs to the console: JSON lines in Production, plain text elsewhere.</summary>
    public static void AddLog(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog((_, log) =>
        {
            log.MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
                // The host would log the stack trace of a failed start. The program explains the failure itself.
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
                .MinimumLevel.Override("System", LogEventLevel.Warning)
                // The handler would add a second line for each refused request.
                .MinimumLevel.Override(typeof(KeyHandler).FullName!, LogEventLevel.Warning)
                .ReadFrom.Configuration(builder.Configuration);

            if (builder.Environment.IsProduction())
            {
                log.WriteTo.Console(new CompactJsonFormatter());
            }
            else
            {
                log.WriteTo.Console(outputTemplate: ConsoleTemplate, formatProvider: CultureInfo.InvariantCulture);
            }
        },
        // Each service has its own logger, because tests run several services in one process.
        preserveStaticLogger: true);

    /// <summary>Logs the warnings and errors of a command to standard error. Its standard output is for results only.</summary>
    public static void AddCommandLog(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog(
            (_, log) => log.MinimumLevel.Warning()
                .WriteTo.Console(
                    outputTemplate: ConsoleTemplate,
                    formatProvider: CultureInfo.InvariantCulture,
                    standardErrorFromLevel: LogEventLevel.Verbose),
            preserveStaticLogger: true);

    /// <summary>Whether the log has the addresses of clients.</summary>
    public static bool HasClientAddress(IConfiguration configuration) => configuration.FlagOf("Log:ClientAddress", true);

    /// <summary>Logs one line per request. Health checks are logged at the level Debug.</summary>
    public static void UseRequestLog(this WebApplication app)
    {
        var hasClient = HasClientAddress(app.Configuration);
        app.UseSerilogRequestLogging(options =>
        {
            options.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
            options.MessageTemplate = hasClient ? RequestTemplate + ClientTemplate : RequestTemplate;
            options.GetLevel = (context, _, exception) => context switch
            {
                _ when exception is not null || context.Response.StatusCode >= 500 => LogEventLevel.Error,
                _ when context.Request.Path.StartsWithSegments(ApiSetup.HealthPath, StringComparison.Ordinal) => LogEventLevel.Debug,
                _ => LogEventLevel.Information,
            };
            options.GetMessageTemplateProperties = (context, _, elapsed, status) =>
            [
                new LogEventProperty("Method", new ScalarValue(context.Request.Method)),
                new LogEventProperty("Route", new ScalarValue(RouteOf(context))),
                new LogEventProperty("Status", new ScalarValue(status)),
                new LogEventProperty("Elapsed", new ScalarValue(elapsed)),
                new LogEventProperty("Caller", new ScalarValue((CallerIdentity.CredentialOf(context) ?? Credential.None).Actor)),
                .. hasClient ? [new LogEventProperty("Client", new ScalarValue(ClientOf(context)))] : Array.Empty<LogEventProperty>(),
            ];
        });
    }

    // Behind trusted proxies this is the address that they report. A Unix socket has none.
    private static string ClientOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => "(none)",
        { IsIPv4MappedToIPv6: true } address => $"{address.MapToIPv4()}",
        var address => $"{address}",
    };

    private static string RouteOf(HttpContext context)
    {
        // The exception handler removes the endpoint of a failed request and keeps it in its feature.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return endpoint is RouteEndpoint { RoutePattern.RawText: { } template } ? $"/{template.TrimStart('/')}" : "(none)";
    }
}
