using CleanWorkspace.WebApi.Authentication;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets the web sites that may call the API from a browser. Default: none.</summary>
internal static class CorsSetup
{
    private const string Key = "Cors:Origins";

    // Browsers may reuse the answer to a preflight request for this time. A removed origin keeps its access no longer.
    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    /// <summary>Reads the allowed origins from <c>Cors:Origins</c>.</summary>
    public static void AddOrigins(this WebApplicationBuilder builder)
    {
        var origins = builder.Configuration.ListOf(Key);
        foreach (var origin in origins)
        {
            Check(origin);
        }

        builder.Services.AddCors(options => options.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .WithMethods(HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
            .AllowAnyHeader()
            .SetPreflightMaxAge(PreflightAge)
            .WithExposedHeaders(
                HeaderNames.ETag,
                HeaderNames.Link,
                HeaderNames.Location,
                HeaderNames.RetryAfter,
                RequestLimit.RestHeader,
                RequestLimit.PolicyHeader,
                SecurityHeaders.RequestId)));
    }

    /// <summary>Allows the origins, if any is configured.</summary>
    public static void UseOrigins(this WebApplication app)
    {
        if (app.Configuration.ListOf(Key).Length > 0)
        {
            app.UseCors();
        }
    }

    private static void Check(string origin)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) is var plain
                && !plain.Equals(origin, StringComparison.OrdinalIgnoreCase))
        {
            throw new StartFailure(
                $"Cors__Origins has {origin}, which is not an origin. An origin is a scheme, a host and a port if it is not the default, "
                + "such as https://app.example.org, without a path.");
        }
    }
}
