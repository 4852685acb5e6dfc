using System.Globalization;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Errors;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Primitives;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Checks the header <c>Host</c>: links and redirects repeat it, and the service answers to its own names only.</summary>
internal static class HostSetup
{
    private const string Key = "AllowedHosts";

    private static readonly string[] Wildcards = ["*", "0.0.0.0", "[::]"];

    /// <summary>Turns off the filter of the framework. It has no problem documents, writes no log and also refuses health checks.</summary>
    public static void AddHosts(this WebApplicationBuilder builder) =>
        builder.Services.Configure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);

    /// <summary>Refuses malformed hosts, and hosts that are not in <c>AllowedHosts</c>. Health checks answer under every host.</summary>
    public static void UseHosts(this WebApplication app)
    {
        var allowed = AllowedHosts(app);
        app.Use((context, next) =>
        {
            var host = context.Request.Headers.Host.ToString();
            if (host.Length == 0)
            {
                // HTTP/1.0 requests may lack the Host header, but absolute links need a host.
                context.Request.Host = new HostString($"{context.Connection.LocalIpAddress}", context.Connection.LocalPort);
                return next(context);
            }

            if (!IsValid(host))
            {
                return RefuseAsync(
                    context,
                    "invalid_host",
                    "The Host header is malformed. Send a name or an IP address, and a port from 1 to 65535 if it is not the default.");
            }

            return allowed is null || HostString.MatchesAny(host, allowed) || IsHealthCheck(context.Request.Path)
                ? next(context)
                : RefuseAsync(
                    context,
                    "host_not_allowed",
                    "The service does not answer to the name in the Host header. Its operator lists the names in AllowedHosts.");
        });
    }

    /// <summary>Tells whether the text is a name or an IP address, with or without a port from 1 to 65535.</summary>
    public static bool IsValid(string host)
    {
        var hasPort = HasPort(host);
        var colon = host.LastIndexOf(':');
        return (!hasPort || IsPort(host.AsSpan(colon + 1)))
            && Uri.CheckHostName(hasPort ? host[..colon] : host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            && IsDecodable(host);
    }

    /// <summary>Tells whether the host has a port. The colons of an IPv6 address are in brackets.</summary>
    public static bool HasPort(string host) => host.LastIndexOf(':') > host.LastIndexOf(']');

    /// <summary>Tells whether the text is a port from 1 to 65535.</summary>
    public static bool IsPort(ReadOnlySpan<char> text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;

    private static Task RefuseAsync(HttpContext context, string code, string detail) =>
        ProblemWriter.WriteAsync(context, Failure.Invalid(new RequestFault(code, detail, Parameter: "Host")));

    // The framework decodes names with xn-- and throws if they are not valid.
    private static bool IsDecodable(string host)
    {
        if (!host.Contains("xn--", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        try
        {
            _ = HostString.FromUriComponent(host).ToUriComponent();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Null means that every host is allowed.
    private static List<StringSegment>? AllowedHosts(WebApplication app)
    {
        var names = app.Configuration.ListOf(Key);
        if (names.Length == 0 && app.Services.GetRequiredService<AccessSettings>().IsOpen)
        {
            // Prevents DNS rebinding: a web site must not reach an open service through a host name of its own.
            names = ["localhost", "127.0.0.1", "[::1]"];
        }

        return names.Length == 0 || names.Any(Wildcards.Contains)
            ? null
            : [.. names.Select(name => (StringSegment)new HostString(name).ToUriComponent())];
    }

    private static bool IsHealthCheck(PathString path) =>
        (path.StartsWithSegments(ApiSetup.Prefix, out var rest) ? rest : path).StartsWithSegments(ApiSetup.HealthPath);
}
