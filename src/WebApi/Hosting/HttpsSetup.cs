using System.Globalization;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Redirects HTTP to HTTPS when HTTPS is configured.</summary>
internal static class HttpsSetup
{
    // The HTTPS port of a proxy. HTTP requests are redirected to it.
    private const string ProxyPort = "https_port";

    /// <summary>Checks the configured HTTPS port.</summary>
    public static void AddHttps(this WebApplicationBuilder builder)
    {
        // The framework would ignore a value that is not a port.
        if (builder.Configuration[ProxyPort] is { Length: > 0 } port
            && (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0))
        {
            throw new StartFailure("ASPNETCORE_HTTPS_PORT must be a port from 1 to 65535.");
        }
    }

    /// <summary>Adds the redirection and HSTS if HTTPS is configured.</summary>
    public static void UseHttps(this WebApplication app)
    {
        if (!IsConfigured(app.Configuration))
        {
            return;
        }

        app.UseHsts();
        // Health checks use the address of the machine, and certificates do not cover it.
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments(ApiSetup.HealthPath), others => others.UseHttpsRedirection());
    }

    private static bool IsConfigured(IConfiguration configuration) =>
        configuration[ProxyPort] is { Length: > 0 }
        || AddressSetup.UrlsOf(configuration).Any(url => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase));
}
