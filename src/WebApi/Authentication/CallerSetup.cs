using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Requests;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Registers the <see cref="Caller"/> of each request.</summary>
internal static class CallerSetup
{
    private const string Anonymous = "anonymous";

    public static void AddCaller(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        // A command has registered its own caller before.
        services.TryAddScoped(provider => CreateCaller(provider.GetRequiredService<IHttpContextAccessor>().HttpContext));
    }

    private static Caller CreateCaller(HttpContext? context) => context is null
        ? Caller.Service
        : new Caller(
            context.User.Identity?.Name ?? Anonymous,
            context.GetEndpoint()?.Metadata.GetMetadata<IRouteNameMetadata>()?.RouteName ?? "",
            TraceId.Of(context));
}
