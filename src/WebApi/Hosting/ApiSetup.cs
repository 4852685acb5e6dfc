using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Json;
using CleanWorkspace.WebApi.OpenApi;
using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>How requests are read, routed and answered.</summary>
internal static class ApiSetup
{
    private const long MaxBodySize = 8 * 1024 * 1024;

    // Existing clients of this API shape use it.
    private const string Prefix = "/api/v1";

    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.AddAddress();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
        });

        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.Configure<RouteOptions>(options => options.SetParameterPolicy<UuidRouteConstraint>(UuidRouteConstraint.Name));
        builder.Services
            .AddControllers(options =>
            {
                options.InputFormatters.Clear();
                options.InputFormatters.Add(new BodyRequestFormatter(WorkspaceJson.Options));
                options.ModelBinderProviders.Insert(0, new WholeNumberBinder.Provider());
                // Validation belongs to the use cases.
                options.ModelValidatorProviders.Clear();
            })
            .ConfigureApiBehaviorOptions(options =>
            {
                options.InvalidModelStateResponseFactory = context => throw ModelStateFaults.ToException(context.ModelState);
                // Answers without a body get their problem from the status code pages, those of MVC as all others.
                options.SuppressMapClientErrors = true;
            })
            .AddJsonOptions(options => WorkspaceJson.Configure(options.JsonSerializerOptions));
        builder.Services.AddApiDescription();
    }

    public static void UseApi(this WebApplication app)
    {
        app.UseRequestLog();
        app.Use(GiveHost);
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(ProblemWriter.WriteAsync);
        app.UsePathBase(Prefix);
        app.UseApiDescription();
        app.UseRouting();

        app.MapControllers();
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
    }

    // HTTP/1.0 lets a client leave the Host header out; links are absolute all the same.
    private static Task GiveHost(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Host.HasValue)
        {
            context.Request.Host = new HostString($"{context.Connection.LocalIpAddress}", context.Connection.LocalPort);
        }

        return next(context);
    }
}
