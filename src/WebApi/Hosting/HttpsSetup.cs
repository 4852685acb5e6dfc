using System.Globalization;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Where the service can be reached by HTTPS, it is by nothing else.</summary>
internal static class HttpsSetup
{
    // The port of a proxy that ends TLS, to which requests by HTTP are sent.
    private const string OuterPort = "https_port";

    public static void AddHttps(this WebApplicationBuilder builder)
    {
        // The framework would take what is no port for none.
        if (builder.Configuration[OuterPort] is { Length: > 0 } port
            && (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0))
        {
            throw new StartFailure("ASPNETCORE_HTTPS_PORT must be a port, from 1 to 65535.");
        }
    }

    public static void UseHttps(this WebApplication app)
    {
        if (!IsConfigured(app.Configuration))
        {
            return;
        }

        app.UseHsts();
        // Whoever watches over the service asks it by its own address, for which no certificate is made out.
        app.UseWhen(context => !context.Request.Path.StartsWithSegments(ApiSetup.HealthPath), others => others.UseHttpsRedirection());
    }

    private static bool IsConfigured(IConfiguration configuration) =>
        configuration[OuterPort] is { Length: > 0 }
        || AddressSetup.UrlsOf(configuration).Any(url => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase));
}
