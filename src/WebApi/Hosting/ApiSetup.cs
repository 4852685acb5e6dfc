using System.Text;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.Json;
using CleanWorkspace.WebApi.OpenApi;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Transfers;
using MediatR;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>How requests are read, routed and answered.</summary>
internal static class ApiSetup
{
    public const string HealthPath = "/healthz";

    private const long MaxBodySize = 8 * 1024 * 1024;

    // Existing clients of this API shape use it.
    private const string Prefix = "/api/v1";

    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.AddAddress();
        builder.AddProxies();
        builder.AddHttps();
        builder.AddOrigins();
        builder.AddTimeouts();
        builder.AddShutdown();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
        });

        builder.AddAccess();
        // In place of the one that AddApplication brings.
        builder.Services.AddSingleton<IMediator, ScopedMediator>();
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.Configure<RouteOptions>(options => options.SetParameterPolicy<UuidRouteConstraint>(UuidRouteConstraint.Name));
        // Not AddControllers: it brings authorization, of which every request would ask in vain.
        builder.Services
            .AddMvcCore()
            .AddApiExplorer()
            .AddDataAnnotations()
            .AddMvcOptions(options =>
            {
                // Answers are JSON or empty.
                options.OutputFormatters.RemoveType<HttpNoContentOutputFormatter>();
                options.OutputFormatters.RemoveType<StringOutputFormatter>();
                options.OutputFormatters.RemoveType<StreamOutputFormatter>();
                var output = options.OutputFormatters.OfType<SystemTextJsonOutputFormatter>().Single();
                output.SupportedEncodings.Remove(Encoding.Unicode);
                options.InputFormatters.Clear();
                options.InputFormatters.Add(new BodyRequestFormatter(WorkspaceJson.Options));
                options.InputFormatters.Add(new ImportFormatter());
                // Nothing is read from forms; MVC would take a form for a request without a body.
                options.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
                options.ModelMetadataDetailsProviders.Add(new EmptyHeaders());
                options.ModelMetadataDetailsProviders.Add(new QueryNames());
                options.ModelBinderProviders.Insert(0, new QueryValueBinder.Provider());
                options.Filters.Add<TimeoutSetup.Filter>();
                options.Filters.Add<EntityTags.Filter>();
                // Validation belongs to the use cases. MVC would read every property all the same, those too that are worked out of
                // what is not checked yet.
                options.ModelValidatorProviders.Clear();
                options.ModelMetadataDetailsProviders.Add(new SuppressChildValidationMetadataProvider(typeof(BodyRequest)));
                options.ModelMetadataDetailsProviders.Add(new SuppressChildValidationMetadataProvider(typeof(ListRequest)));
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
        app.UseProxies();
        app.UseSecurityHeaders();
        app.UseRequestLog();
        app.Use(GiveHost);
        app.Use(HeadRequests.AnswerAsGet);
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(ProblemWriter.WriteAsync);
        app.UsePathBase(Prefix);
        app.UseHttps();
        app.UseOrigins();
        app.UseApiDescription();
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAccess();

        app.MapControllers().RequireAccess();
        var readOnly = new HttpMethodMetadata([HttpMethods.Get]);
        app.MapHealthChecks($"{HealthPath}/live", new HealthCheckOptions { Predicate = _ => false }).WithMetadata(readOnly);
        app.MapHealthChecks($"{HealthPath}/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") })
            .WithMetadata(readOnly);
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
