using CleanWorkspace.Application;
using CleanWorkspace.Application.Callers;
using CleanWorkspace.WebApi.Requests;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Registers the <see cref="Caller"/> of each request.</summary>
internal static class CallerSetup
{
    public static void AddCaller(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        // A command has registered its own caller before.
        services.TryAddScoped(provider => CreateCaller(provider.GetRequiredService<IHttpContextAccessor>().HttpContext));
    }

    private static Caller CreateCaller(HttpContext? context)
    {
        if (context is null)
        {
            return Caller.Service;
        }

        var credential = CallerIdentity.CredentialOf(context) ?? Credential.None;
        var operation = context.GetEndpoint()?.Metadata.GetMetadata<IRouteNameMetadata>()?.RouteName ?? "";
        return new Caller(credential.Actor, operation, TraceId.Of(context))
        {
            Credential = credential,
            // Operations without this parameter refuse it.
            IsForced = bool.TryParse(context.Request.Query["force"], out var isForced) && isForced,
        };
    }
}
