using CleanWorkspace.Domain.ApiKeys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Sets up authentication, access rules and rate limits.</summary>
internal static class AuthenticationSetup
{
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(AccessSettings.Read(builder.Configuration, builder.Environment));
        services.AddSingleton(RateLimitSettings.Read(builder.Configuration, builder.Environment));
        services.AddSingleton<FailureLimit>();
        services.AddSingleton<RefusedCredentials>();
        services.AddSingleton<RequestLimit>();
        services.AddSingleton<KeyCache>();
        services.AddHostedService<KeyUseRecorder>();
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
            app.Use(app.Services.GetRequiredService<RequestLimit>().ApplyAsync);
        }

        app.UseMiddleware<AccessMiddleware>();
    }

    /// <summary>Applies the <see cref="AccessTable"/> and the limit of requests to the endpoints.</summary>
    public static void RequireAccess(this IEndpointConventionBuilder endpoints) =>
        endpoints.WithMetadata(new AccessMiddleware.Requirement());

    // Tokens with the prefix of an API key go to KeyHandler, all others to the issuer's scheme.
    private static void AddIssuer(this AuthenticationBuilder schemes, IssuerSettings issuer)
    {
        schemes.Services.AddSingleton(issuer);
        schemes.Services.AddSingleton<IssuerKeyReader>();
        schemes.Services.AddSingleton<IssuerTokenHandler>();
        schemes.AddScheme<JwtBearerOptions, JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme, null);
        schemes.Services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IssuerTokenHandler, FailureLimit>((options, tokens, failures) =>
            {
                options.TokenHandlers.Clear();
                options.TokenHandlers.Add(tokens);
                options.SaveToken = false;
                options.Events = new JwtBearerEvents { OnAuthenticationFailed = context => CountFailureAsync(context, failures) };
            });
        schemes.Services.Configure<AuthenticationSchemeOptions>(KeyHandler.Name, options => options.ForwardDefaultSelector = context =>
            AccessMiddleware.IsRequired(context)
            && BearerToken.Read(context.Request.Headers.Authorization) is { Length: > 0 } token
            && !token.StartsWith(KeyToken.Prefix, StringComparison.Ordinal)
                ? JwtBearerDefaults.AuthenticationScheme
                : null);
    }

    // An issuer that does not answer is not a failure of the caller.
    private static Task CountFailureAsync(AuthenticationFailedContext context, FailureLimit failures)
    {
        if (context.Exception is CredentialException { Status: StatusCodes.Status401Unauthorized } failure)
        {
            context.Fail(failures.CountFailure(context.HttpContext, failure));
        }

        return Task.CompletedTask;
    }
}
