using System.Text.RegularExpressions;
using Microsoft.AspNetCore.HttpOverrides;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets up the trusted proxies. The service uses X-Forwarded headers only from them. By default it trusts no proxy.</summary>
internal static partial class ProxySetup
{
    private const string Key = "Proxies:Trusted";

    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>Reads the trusted proxies from <c>Proxies:Trusted</c>.</summary>
    public static void AddProxies(this WebApplicationBuilder builder)
    {
        if ("true".Equals(builder.Configuration["ForwardedHeaders_Enabled"], StringComparison.OrdinalIgnoreCase))
        {
            throw new StartFailure(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED makes the service trust the X-Forwarded headers of every client. Remove it, and "
                + "set Proxies__Trusted to the address of the proxy.");
        }

        var networks = builder.Configuration.NetworksOf(Key).ToList();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            // The defaults trust this machine, where any program can send any header.
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            networks.ForEach(options.KnownIPNetworks.Add);
            // A request may pass several proxies. The first address that is not a trusted proxy is the client.
            options.ForwardLimit = null;
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix;
        });
    }

    /// <summary>Applies the X-Forwarded headers of trusted proxies. Removes all others, because NSwag would use them too.</summary>
    public static void UseProxies(this WebApplication app)
    {
        // With an empty list the framework would trust every network.
        if (app.Configuration.ListOf(Key).Length > 0)
        {
            app.Use(PrepareForwarded);
            app.UseForwardedHeaders();
            app.Use(RemoveDefaultPort);
        }

        app.Use(RemoveForwarded);
    }

    // Malformed values are ignored. The framework would throw on some of them and use the others.
    private static Task PrepareForwarded(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        var hosts = ValuesOf(headers, ForwardedHeadersDefaults.XForwardedHostHeaderName);
        SetValues(headers, ForwardedHeadersDefaults.XForwardedHostHeaderName, WithPort(hosts.All(HostSetup.IsValid) ? hosts : [], context));
        var prefixes = ValuesOf(headers, ForwardedHeadersDefaults.XForwardedPrefixHeaderName);
        SetValues(
            headers,
            ForwardedHeadersDefaults.XForwardedPrefixHeaderName,
            prefixes.All(prefix => PrefixForm().IsMatch(prefix)) ? [.. prefixes.Select(prefix => prefix.TrimEnd('/'))] : []);
        return next(context);
    }

    // The framework does not know X-Forwarded-Port, so the port becomes a part of X-Forwarded-Host. A host with a port keeps its own.
    private static string[] WithPort(string[] hosts, HttpContext context)
    {
        var port = context.Request.Headers["X-Forwarded-Port"].ToString().Trim();
        if (!HostSetup.IsPort(port))
        {
            return hosts;
        }

        var own = new HostString(context.Request.Host.Host).ToUriComponent();
        return [.. hosts.DefaultIfEmpty(own).Select(host => HostSetup.HasPort(host) ? host : $"{host}:{port}")];
    }

    // Links need no port that is the default of their scheme.
    private static Task RemoveDefaultPort(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Host.Port == (request.IsHttps ? HttpsPort : HttpPort))
        {
            request.Host = new HostString(request.Host.Host);
        }

        return next(context);
    }

    private static void SetValues(IHeaderDictionary headers, string name, string[] values)
    {
        if (values.Length > 0)
        {
            headers[name] = string.Join(',', values);
        }
        else
        {
            headers.Remove(name);
        }
    }

    private static string[] ValuesOf(IHeaderDictionary headers, string name) =>
        headers[name].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A path of one or more segments. Two slashes at the start would make the first segment a host.
    [GeneratedRegex(@"\A(?:/[A-Za-z0-9._~!$&'()*+;=:@-]+)+/?\z")]
    private static partial Regex PrefixForm();

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
}
