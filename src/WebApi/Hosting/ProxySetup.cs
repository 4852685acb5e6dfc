using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets up the trusted proxies. The service uses X-Forwarded headers only from them. By default it trusts no proxy.</summary>
internal static class ProxySetup
{
    private const string Key = "Proxies:Trusted";

    /// <summary>Reads the trusted proxies from <c>Proxies:Trusted</c>.</summary>
    public static void AddProxies(this WebApplicationBuilder builder)
    {
        if ("true".Equals(builder.Configuration["ForwardedHeaders_Enabled"], StringComparison.OrdinalIgnoreCase))
        {
            throw new StartFailure(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED makes the service trust the X-Forwarded headers of every client. Remove it, and "
                + "set Proxies__Trusted to the address of the proxy.");
        }

        var networks = builder.Configuration.ListOf(Key).Select(Parse).ToList();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            // The defaults trust this machine, where any program can send any header.
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            networks.ForEach(options.KnownIPNetworks.Add);
            // A request may pass several proxies. The first address that is not a trusted proxy is the client.
            options.ForwardLimit = null;
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        });
    }

    /// <summary>Applies the X-Forwarded headers of trusted proxies. Removes all others, because NSwag would use them too.</summary>
    public static void UseProxies(this WebApplication app)
    {
        // With an empty list the framework would trust every network.
        if (app.Configuration.ListOf(Key).Length > 0)
        {
            app.Use(RemoveInvalidHost);
            app.UseForwardedHeaders();
        }

        app.Use(RemoveForwarded);
    }

    // The framework throws if a name starts with xn-- but is not a valid encoded name.
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
        List<string>? forwarded = null;
        foreach (var (name, _) in context.Request.Headers)
        {
            if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            {
                (forwarded ??= []).Add(name);
            }
        }

        forwarded?.ForEach(name => context.Request.Headers.Remove(name));
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
            : throw new StartFailure(
                $"Proxies__Trusted has {text}, which is not an IP address or a network. Use values such as 10.0.0.1 or 10.0.0.0/8.");
    }
}
