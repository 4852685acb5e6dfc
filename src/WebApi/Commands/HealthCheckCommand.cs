using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// The command <c>healthcheck</c>: asks the service in the same container whether it is ready, so that the image needs
/// neither a shell nor curl for it. Exits with 0 where it is.
/// </summary>
internal static class HealthCheckCommand
{
    private static readonly string[] EveryAddress = ["*", "+", "0.0.0.0", "[::]"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        // The way to one's own machine leads through no proxy.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
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

        // HTTP where there is a choice: a certificate for HTTPS is seldom made out to this machine's own name.
        var address = urls
            .Select(BindingAddress.Parse)
            .OrderBy(address => address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
            .First();
        var host = EveryAddress.Contains(address.Host) ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }
}
