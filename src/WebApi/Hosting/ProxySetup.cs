using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Whose word counts for where a request came from and which address it was sent to.</summary>
internal static class ProxySetup
{
    private const string Key = "Proxies:Trusted";

    public static void AddProxies(this WebApplicationBuilder builder)
    {
        if ("true".Equals(builder.Configuration["ForwardedHeaders_Enabled"], StringComparison.OrdinalIgnoreCase))
        {
            throw new StartFailure(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED would believe what any client says of itself. Remove it, and set Proxies__Trusted to the proxy's address.");
        }

        var networks = builder.Configuration.ListOf(Key).Select(Parse).ToList();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            // Those it has by itself are of this machine, where any program can send anything.
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            networks.ForEach(options.KnownIPNetworks.Add);
            // Proxies may stand in a row; the first address that is no proxy's ends it.
            options.ForwardLimit = null;
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        });
    }

    /// <summary>Takes over what trusted proxies say, and removes the rest lest something later on believes it, as NSwag does.</summary>
    public static void UseProxies(this WebApplication app)
    {
        // The framework takes no listed network for any network.
        if (app.Configuration.ListOf(Key).Length > 0)
        {
            app.Use(RemoveInvalidHost);
            app.UseForwardedHeaders();
        }

        app.Use(RemoveForwarded);
    }

    // The framework throws at a name that begins like an encoded one (xn--) and is none.
    private static Task RemoveInvalidHost(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        if (!headers[ForwardedHeadersDefaults.XForwardedHostHeaderName].ToString().Split(',').All(IsHost))
        {
            headers.Remove(ForwardedHeadersDefaults.XForwardedHostHeaderName);
        }

        return next(context);
    }

    private static Task RemoveForwarded(HttpContext context, RequestDelegate next)
    {
        List<string>? words = null;
        foreach (var (name, _) in context.Request.Headers)
        {
            if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            {
                (words ??= []).Add(name);
            }
        }

        words?.ForEach(name => context.Request.Headers.Remove(name));
        return next(context);
    }

    private static bool IsHost(string text)
    {
        try
        {
            _ = HostString.FromUriComponent(text.Trim());
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out var network)
            ? network
            : throw new StartFailure($"Proxies__Trusted has {text}, which is neither an IP address nor a network such as 10.0.0.0/8.");
    }
}
