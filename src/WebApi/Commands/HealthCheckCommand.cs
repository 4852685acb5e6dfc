using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// The command <c>healthcheck</c>: checks whether the service in the same container is ready. The image needs no shell and no curl
/// for it. The exit code is 0 if the service is ready.
/// </summary>
internal static class HealthCheckCommand
{
    private static readonly string[] WildcardHosts = ["*", "+", "0.0.0.0", "[::]"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>Runs the check and returns the exit code.</summary>
    public static async Task<int> RunAsync()
    {
        // Requests to the same machine must not go through a proxy.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };
        var url = "";
        try
        {
            url = FindUrl(new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").Build());
            using var answer = await client.GetAsync(new Uri($"{url}/healthz/ready"));
            Console.WriteLine($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or FormatException)
        {
            Console.WriteLine($"The service does not answer at {url}: {exception.Message}");
            return 1;
        }
    }

    private static string FindUrl(IConfiguration configuration)
    {
        var urls = configuration.ListOf(WebHostDefaults.ServerUrlsKey);
        if (urls.Length == 0)
        {
            var port = configuration.ListOf(WebHostDefaults.HttpPortsKey).FirstOrDefault() ?? $"{AddressSetup.DefaultPort}";
            return $"http://localhost:{port}";
        }

        // Prefers HTTP, because an HTTPS certificate rarely covers localhost.
        var address = urls
            .Select(BindingAddress.Parse)
            .OrderBy(address => address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
            .First();
        var host = WildcardHosts.Contains(address.Host) ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }
}
