using System.Globalization;
using CleanWorkspace.WebApi.Authentication;
using Microsoft.AspNetCore.Diagnostics;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// What is logged: one line a request, faults, start and stop. Never a body, a query, an e-mail address or a name: of an
/// address only the route template is logged, and of SQL nothing.
/// </summary>
internal static class LogSetup
{
    private const string RequestLine = "{Method} {Route} answered {Status} in {Elapsed:0.0} ms";

    private const string LineForPeople = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj} {TraceId}{NewLine}{Exception}";

    public static void AddLog(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog((_, log) =>
        {
            log.MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
                // It logs the stack trace of a start that failed, which the program explains in a sentence.
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
                .MinimumLevel.Override("System", LogEventLevel.Warning)
                // It would add a line to that of each request it refuses.
                .MinimumLevel.Override(typeof(KeyHandler).FullName!, LogEventLevel.Warning)
                .ReadFrom.Configuration(builder.Configuration);

            if (builder.Environment.IsProduction())
            {
                log.WriteTo.Console(new CompactJsonFormatter());
            }
            else
            {
                log.WriteTo.Console(outputTemplate: LineForPeople, formatProvider: CultureInfo.InvariantCulture);
            }
        },
        // Each service has a logger of its own: tests run several in one process.
        preserveStaticLogger: true);

    /// <summary>Of a command, logs what is wrong beside its output, which is for what was asked for.</summary>
    public static void AddCommandLog(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog(
            (_, log) => log.MinimumLevel.Warning()
                // The service says it, once at each start; who is asked for a key need not read it every time.
                .MinimumLevel.Override("LuckyPennySoftware.AutoMapper.License", LogEventLevel.Error)
                .WriteTo.Console(outputTemplate: LineForPeople, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose),
            preserveStaticLogger: true);

    public static void UseRequestLog(this IApplicationBuilder app) =>
        app.UseSerilogRequestLogging(options =>
        {
            options.Logger = app.ApplicationServices.GetRequiredService<Serilog.ILogger>();
            options.MessageTemplate = RequestLine;
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
            ];
        });

    // Where a request failed, the exception handler has put its endpoint aside.
    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint) is RouteEndpoint { RoutePattern.RawText: { } template }
            ? $"/{template.TrimStart('/')}"
            : "(none)";
}
