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
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").Build();
        var url = configuration["URLS"] is { Length: > 0 } urls
            ? urls.Split(';').Select(BindingAddress.Parse).OrderBy(address => address.Scheme).Select(address => $"{address.Scheme}://localhost:{address.Port}").First()
            : $"http://localhost:{configuration["HTTP_PORTS"]?.Split(';')[0] ?? $"{AddressSetup.DefaultPort}"}";

        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"{url}/healthz/ready"));
            Console.WriteLine($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            Console.WriteLine($"The service does not answer at {url}.");
            return 1;
        }
    }
}
