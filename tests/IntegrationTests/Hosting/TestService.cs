using CleanWorkspace.Application.ApiKeys;
using MediatR;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The service as it is deployed: its own start-up code, on a real socket, with settings as an operator gives them.</summary>
internal sealed class TestService : WebApplicationFactory<Program>
{
    // One line a request would bury what a failed test has to say.
    private readonly Dictionary<string, string?> _logSettings = new()
    {
        ["Serilog:MinimumLevel:Default"] = "Error",
        ["Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime"] = "Error",
    };

    private readonly Dictionary<string, string> _settings = [];
    private readonly TimeProvider _clock;

    private TestService(TimeProvider clock) => _clock = clock;

    /// <summary>Follows no redirect and keeps no cookie, so that a test sees each answer as it was sent.</summary>
    public HttpClient Client { get; } = CreateAlikeClient();

    /// <summary>The same for one who has no credential, whatever is given to the first.</summary>
    public HttpClient Stranger { get; } = CreateAlikeClient();

    public static Task<TestService> StartAsync(string connectionString, params (string Key, string Value)[] settings) =>
        StartAsync(connectionString, TimeProvider.System, settings);

    public static async Task<TestService> StartAsync(string connectionString, TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var service = new TestService(clock) { _settings = { ["ConnectionStrings:Workspace"] = connectionString } };
        foreach (var (key, value) in settings)
        {
            if (key.StartsWith("Serilog:", StringComparison.Ordinal))
            {
                service._logSettings[key] = value;
            }
            else
            {
                service._settings[key] = value;
            }
        }

        service.UseKestrel(0);
        // Starting waits for the database, and must not hold up other tests meanwhile.
        await Task.Run(service.StartServer);
        var addresses = service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        service.Client.BaseAddress = service.Stranger.BaseAddress = new Uri(addresses.Single());
        return service;
    }

    /// <summary>The token of a new API key.</summary>
    public async Task<string> CreateTokenAsync(string role, DateTimeOffset? expiresAt = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var key = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(
            new ApiKeysCreateNewKeyRequest { Name = "test", Role = role, ExpiresAt = $"{expiresAt:O}" is { Length: > 0 } text ? text : null });
        return key.Token!;
    }

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Stranger.Dispose();
        await base.DisposeAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services => services.AddSingleton(_clock));
        // UseSetting would give the sections of a list values of their own, by which Serilog takes them for names.
        builder.ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(_logSettings));
    }

    private static HttpClient CreateAlikeClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
}
