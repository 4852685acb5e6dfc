using System.Net.Mime;
using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Errors;
using CleanWorkspace.WebApi.OpenApi;
using CleanWorkspace.WebApi.Requests;
using CleanWorkspace.WebApi.Transfers;
using MediatR;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets up the pipeline that reads, routes and answers requests.</summary>
internal static class ApiSetup
{
    /// <summary>The path of the health checks.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>The prefix that existing clients of the API use. Every path also works without it.</summary>
    public const string Prefix = "/api/v1";

    private const long MaxBodySize = 8 * 1024 * 1024;

    /// <summary>Adds the services of the API.</summary>
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.AddAddress();
        builder.AddHosts();
        builder.AddProxies();
        builder.AddHttps();
        builder.AddOrigins();
        builder.AddCompression();
        builder.AddTimeouts();
        builder.AddShutdown();
        builder.Services.AddSingleton(TransferLimits.Of(builder.Configuration));
        builder.Services.AddHostedService<ImportWorker>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
        });

        builder.AddAccess();
        // Replaces the mediator of AddApplication.
        builder.Services.AddSingleton<IMediator, ScopedMediator>();
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.Configure<RouteOptions>(options => options.SetParameterPolicy<UuidRouteConstraint>(UuidRouteConstraint.Name));
        // AddControllers would add authorization, which costs time in every request and is not used.
        builder.Services
            .AddMvcCore()
            .AddApiExplorer()
            .AddDataAnnotations()
            .AddMvcOptions(options =>
            {
                // Every answer is JSON or empty.
                options.OutputFormatters.RemoveType<HttpNoContentOutputFormatter>();
                options.OutputFormatters.RemoveType<StringOutputFormatter>();
                options.OutputFormatters.RemoveType<StreamOutputFormatter>();
                var output = options.OutputFormatters.OfType<SystemTextJsonOutputFormatter>().Single();
                output.SupportedEncodings.Remove(Encoding.Unicode);
                options.InputFormatters.Clear();
                options.InputFormatters.Add(new BodyRequestFormatter(WorkspaceJson.Options));
                options.InputFormatters.Add(new ImportFormatter());
                // No operation reads forms. With these factories MVC would take a form for a request without a body.
                options.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
                options.ModelMetadataDetailsProviders.Add(new EmptyHeaders());
                options.ModelMetadataDetailsProviders.Add(new QueryNames());
                options.ModelBinderProviders.Insert(0, new QueryValueBinder.Provider());
                options.Filters.Add(new UnknownParameters());
                options.Filters.Add(new UnofferedHeaders());
                options.Filters.Add<TimeoutSetup.Filter>();
                options.Filters.Add<EntityTags.Filter>();
                // The use cases validate. MVC would still read every property, also those computed from unchecked values.
                options.ModelValidatorProviders.Clear();
                options.ModelMetadataDetailsProviders.Add(new SuppressChildValidationMetadataProvider(typeof(BodyRequest)));
                options.ModelMetadataDetailsProviders.Add(new SuppressChildValidationMetadataProvider(typeof(ListRequest)));
            })
            .ConfigureApiBehaviorOptions(options =>
            {
                options.InvalidModelStateResponseFactory = context => throw ModelStateFaults.ToException(context.ModelState);
                // The status code pages give every answer without a body its problem document.
                options.SuppressMapClientErrors = true;
            })
            .AddJsonOptions(options => WorkspaceJson.Configure(options.JsonSerializerOptions));
        if (OpenApiSetup.IsServed(builder.Configuration))
        {
            builder.Services.AddApiDescription();
        }
    }

    /// <summary>Adds the middleware and the endpoints of the API.</summary>
    public static void UseApi(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseRequestLog();
        app.UseHosts();
        app.UseProxies();
        app.Use(HeadRequests.AnswerAsGet);
        app.UseCompression();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(ProblemWriter.WriteAsync);
        app.UsePathBase(Prefix);
        app.UseHttps();
        app.UseOrigins();
        var description = app.Services.GetService<ApiDescription>();
        if (description is not null)
        {
            app.UseApiDescription();
        }

        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAccess();

        app.MapControllers().RequireAccess();
        app.MapDocumentation(hasDescription: description is not null);
        var readOnly = new HttpMethodMetadata([HttpMethods.Get]);
        app.MapHealthChecks($"{HealthPath}/live", new HealthCheckOptions { Predicate = _ => false }).WithMetadata(readOnly);
        var readiness = new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = WriteReadinessAsync };
        app.MapHealthChecks($"{HealthPath}/ready", readiness).WithMetadata(readOnly);
        if (description is not null)
        {
            foreach (var name in OpenApiSetup.DocumentNames)
            {
                app.Map(OpenApiSetup.PathOf(name), context => description.WriteAsync(name, context)).WithMetadata(readOnly);
            }
        }
    }

    // One line: the status, or the reason if the service is not ready.
    private static Task WriteReadinessAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = MediaTypeNames.Text.Plain;
        // The description of an exception is its message, which may have names that are nobody's business.
        return context.Response.WriteAsync(string.Join(' ', report.Entries.Values.Select(
            entry => entry is { Exception: null, Description: { } reason } ? reason : $"{entry.Status}")));
    }
}
