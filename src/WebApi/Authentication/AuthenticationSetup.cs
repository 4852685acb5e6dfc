using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Who is let in, and who may do what.</summary>
internal static class AuthenticationSetup
{
    private const string Policy = "access";

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(AccessSettings.Read(builder.Configuration, builder.Environment));
        services.AddSingleton<KeyCache>();
        services.AddHostedService<KeyUses>();
        services.AddAuthentication(KeyHandler.Name).AddScheme<AuthenticationSchemeOptions, KeyHandler>(KeyHandler.Name, null);
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.AddRequirements(new Access.Requirement()));
        services.AddSingleton<IAuthorizationHandler, Access>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Access>();
        services.AddCaller();
    }

    public static void UseAccess(this WebApplication app)
    {
        app.Services.GetRequiredService<AccessSettings>().CheckAddresses(app.Configuration);
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Holds endpoints to the <see cref="AccessTable"/>.</summary>
    public static void RequireAccess(this IEndpointConventionBuilder endpoints) => endpoints.RequireAuthorization(Policy);
}
