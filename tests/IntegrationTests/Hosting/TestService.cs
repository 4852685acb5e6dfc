using CleanWorkspace.Application.ApiKeys;
using MediatR;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The service in this process, with its own start-up code, a real socket and an operator's settings.</summary>
internal sealed class TestService : WebApplicationFactory<Program>
{
    // One line for each request would hide the output of a failed test.
    private readonly Dictionary<string, string?> _logSettings = new()
    {
        ["Serilog:MinimumLevel:Default"] = "Error",
        ["Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime"] = "Error",
    };

    private readonly Dictionary<string, string> _settings = [];
    private readonly TimeProvider _clock;

    private TestService(TimeProvider clock) => _clock = clock;

    /// <summary>Follows no redirect and keeps no cookie, so a test sees each answer unchanged.</summary>
    public HttpClient Client { get; } = CreateClientWithoutState();

    /// <summary>A second client, which has no credential of its own.</summary>
    public HttpClient Stranger { get; } = CreateClientWithoutState();

    public static Task<TestService> StartAsync(string connectionString, params (string Key, string Value)[] settings) =>
        StartAsync(connectionString, TimeProvider.System, settings);

    /// <summary>Starts the service, in Development unless the setting <c>environment</c> says otherwise.</summary>
    public static async Task<TestService> StartAsync(
        string connectionString, TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var service = new TestService(clock)
        {
            _settings = { ["environment"] = Environments.Development, ["ConnectionStrings:Workspace"] = connectionString },
        };
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
        // The start blocks its thread while it waits for the database. Other tests need the thread of this one.
        await Task.Run(service.StartServer).WithinLimitAsync();
        var addresses = service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        service.Client.BaseAddress = service.Stranger.BaseAddress = new Uri(addresses.Single());
        return service;
    }

    /// <summary>Creates an API key and returns its token.</summary>
    public async Task<string> CreateTokenAsync(string role, DateTimeOffset? expiresAt = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var request = new ApiKeysCreateNewKeyRequest { Name = "test", Role = role, ExpiresAt = expiresAt?.ToString("O") };
        var key = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
        return key.Token!;
    }

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Stranger.Dispose();
        await base.DisposeAsync().AsTask().WithinLimitAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services => services.AddSingleton(_clock));
        // UseSetting would also give a value to each section of a list, and Serilog would take that value for a name.
        builder.ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(_logSettings));
    }

    private static HttpClient CreateClientWithoutState() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeLimit.OfWait };
}
