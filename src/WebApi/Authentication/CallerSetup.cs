using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Requests;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>On whose behalf a request's use case runs.</summary>
internal static class CallerSetup
{
    private const string Anonymous = "anonymous";

    public static void AddCaller(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        // A command has said already on whose behalf it runs.
        services.TryAddScoped(provider => Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext));
    }

    private static Caller Of(HttpContext? context) => context is null
        ? Caller.Service
        : new Caller(
            context.User.Identity?.Name ?? Anonymous,
            context.GetEndpoint()?.Metadata.GetMetadata<IRouteNameMetadata>()?.RouteName ?? "",
            TraceId.Of(context));
}
