using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>The rate limits. In Development both are off by default.</summary>
/// <param name="Requests">The requests of each credential.</param>
/// <param name="Failures">The bad credentials of each address.</param>
internal sealed record RateLimitSettings(Rate Requests, Rate Failures)
{
    private const int DefaultRequests = 500;
    private const int DefaultFailures = 30;
    private const int MaxCount = 100_000;

    public static RateLimitSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var isOn = !environment.IsDevelopment();
        var requests = configuration.NumberOf("RateLimits:RequestsPerSecond", isOn ? DefaultRequests : 0, 0, MaxCount);
        var failures = configuration.NumberOf("RateLimits:FailuresPerMinute", isOn ? DefaultFailures : 0, 0, MaxCount);
        return new RateLimitSettings(new Rate(requests, TimeSpan.FromSeconds(1)), new Rate(failures, TimeSpan.FromMinutes(1)));
    }
}
