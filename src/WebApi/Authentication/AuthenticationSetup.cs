using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.WebApi.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.HostFiltering;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Who is let in, and who may do what.</summary>
internal static class AuthenticationSetup
{
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var access = AccessSettings.Read(builder.Configuration, builder.Environment);
        services.AddSingleton(access);
        builder.AddHosts(access);
        var limits = RateLimitSettings.Read(builder.Configuration, builder.Environment);
        services.AddSingleton(limits);
        services.AddSingleton<FailureLimit>();
        services.AddRequestLimit(limits.Requests);
        services.AddSingleton<KeyCache>();
        services.AddHostedService<KeyUses>();
        // AddAuthentication would add DataProtection, which nothing uses and which logs warnings at every start.
        services.AddAuthenticationCore(options => options.DefaultScheme = KeyHandler.Name);
        services.AddWebEncoders();
        var schemes = new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, KeyHandler>(KeyHandler.Name, null);
        if (IssuerSettings.Read(builder.Configuration) is { } issuer)
        {
            schemes.AddIssuer(issuer);
        }

        services.AddCaller();
    }

    public static void UseAccess(this WebApplication app)
    {
        app.UseAuthentication();
        if (app.Services.GetRequiredService<RateLimitSettings>().Requests.Count > 0)
        {
            app.UseRateLimiter();
        }

        app.UseMiddleware<Access>();
    }

    /// <summary>Holds endpoints to the <see cref="AccessTable"/> and to the limit of requests.</summary>
    public static void RequireAccess(this IEndpointConventionBuilder endpoints) => endpoints.WithMetadata(new Access.Requirement()).RequireRequestLimit();

    private static void AddHosts(this WebApplicationBuilder builder, AccessSettings access) =>
        builder.Services.Configure<HostFilteringOptions>(options =>
        {
            // The framework's is a page of HTML.
            options.IncludeFailureMessage = false;
            options.AllowedHosts = builder.Configuration.ListOf("AllowedHosts") switch
            {
                [_, ..] names => names,
                // A web site could else give the service a name of its own, and be let in like a program on this machine.
                [] when access.IsOpen => ["localhost", "127.0.0.1", "[::1]"],
                [] => ["*"],
            };
        });

    // Beside the keys: whatever does not begin as a key does.
    private static void AddIssuer(this AuthenticationBuilder schemes, IssuerSettings issuer)
    {
        schemes.Services.AddSingleton(issuer);
        schemes.Services.AddSingleton<IssuerKeys>();
        schemes.Services.AddSingleton<IssuerTokens>();
        schemes.AddScheme<JwtBearerOptions, JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme, null);
        schemes.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IssuerTokens, FailureLimit>((options, tokens, failures) =>
        {
            options.TokenHandlers.Clear();
            options.TokenHandlers.Add(tokens);
            options.SaveToken = false;
            options.Events = new JwtBearerEvents { OnAuthenticationFailed = context => CountAsync(context, failures) };
        });
        schemes.Services.Configure<AuthenticationSchemeOptions>(KeyHandler.Name, options => options.ForwardDefaultSelector = context =>
            Access.IsRequired(context)
            && BearerToken.In(context.Request.Headers.Authorization) is { Length: > 0 } token
            && !token.StartsWith(KeyToken.Prefix, StringComparison.Ordinal)
                ? JwtBearerDefaults.AuthenticationScheme
                : null);
    }

    // An issuer that does not answer is no fault of the token.
    private static Task CountAsync(AuthenticationFailedContext context, FailureLimit failures)
    {
        if (context.Exception is CredentialException { Status: StatusCodes.Status401Unauthorized } failure)
        {
            context.Fail(failures.Count(context.HttpContext, failure));
        }

        return Task.CompletedTask;
    }
}
