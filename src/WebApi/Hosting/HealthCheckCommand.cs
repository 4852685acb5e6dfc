namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// The command <c>healthcheck</c>: asks the service in the same container whether it is ready, so that the image needs
/// neither a shell nor curl for it. Exits with 0 where it is.
/// </summary>
internal static class HealthCheckCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        var url = FindUrl(new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").Build());

        // The way to one's own machine leads through no proxy.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"{url}/healthz/ready"));
            Console.WriteLine($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            Console.WriteLine($"The service does not answer at {url}.");
            return 1;
        }
    }

    private static string FindUrl(IConfiguration configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is not { Length: > 0 } urls)
        {
            return $"http://localhost:{configuration[WebHostDefaults.HttpPortsKey]?.Split(';')[0] ?? $"{AddressSetup.DefaultPort}"}";
        }

        // HTTP where there is a choice: a certificate for HTTPS is not made out to localhost.
        var first = urls.Split(';').OrderBy(url => url.StartsWith("https", StringComparison.OrdinalIgnoreCase)).First();
        return $"{first.Split(':')[0]}://localhost:{first.Split(':')[^1].TrimEnd('/')}";
    }
}
