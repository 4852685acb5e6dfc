using System.Net;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.OpenApi;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets the addresses that the service listens on, and logs them.</summary>
internal static class AddressSetup
{
    /// <summary>The port without configuration.</summary>
    public const int DefaultPort = 5080;

    private static readonly string[] AddressKeys =
        [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];

    /// <summary>Listens on localhost only, unless an address is configured (ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS).</summary>
    public static void AddAddress(this WebApplicationBuilder builder)
    {
        foreach (var key in new[] { WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey })
        {
            // The server would read other text as port 0 or 80.
            if (!builder.Configuration.ListOf(key).All(port => ushort.TryParse(port, out _)))
            {
                throw new StartFailure($"ASPNETCORE_{key.ToUpperInvariant()} must be port numbers separated by semicolons.");
            }
        }

        if (!AddressKeys.Any(key => builder.Configuration[key] is { Length: > 0 }))
        {
            builder.WebHost.UseUrls($"http://localhost:{DefaultPort}");
        }
    }

    /// <summary>Returns every configured address. Kestrel may ignore some of them, because settings override each other.</summary>
    public static IEnumerable<string> UrlsOf(IConfiguration configuration) =>
        configuration.ListOf(WebHostDefaults.ServerUrlsKey)
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? ""))
            .Concat(configuration.ListOf(WebHostDefaults.HttpPortsKey).Select(port => $"http://*:{port}"))
            .Concat(configuration.ListOf(WebHostDefaults.HttpsPortsKey).Select(port => $"https://*:{port}"))
            .Where(url => url.Length > 0);

    /// <summary>Returns a configured address that other machines can reach, or null if there is none.</summary>
    public static string? FindReachableAddress(IConfiguration configuration) =>
        UrlsOf(configuration).FirstOrDefault(url => !IsOfThisMachine(BindingAddress.Parse(url)));

    /// <summary>Logs the addresses of the API and its documentation and the location of the data, after the start.</summary>
    public static void LogAddresses(this WebApplication app, WorkspaceDatabase database) =>
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var documentation = OpenApiSetup.IsServed(app.Configuration) ? OpenApiSetup.UiPath : Documentation.Path;
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            foreach (var address in addresses)
            {
                app.Logger.LogInformation("API            {Users} and {Groups}", $"{address}/user", $"{address}/auth/group");
                app.Logger.LogInformation("Documentation  {Documentation}", address + documentation);
            }

            app.Logger.LogInformation("Data           {Data}", database.Location);
            if (app.Services.GetRequiredService<AccessSettings>().IsOpen)
            {
                app.Logger.LogWarning(
                    "Authentication is off: every program on this machine may read and change everything. "
                    + "Authentication__Required=true turns it on");
            }
        });

    private static bool IsOfThisMachine(BindingAddress address) =>
        address.IsUnixPipe
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
