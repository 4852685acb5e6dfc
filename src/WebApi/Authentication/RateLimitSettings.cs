using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>How often each credential may be used, and how often each address may come with a bad one. Off in Development with nothing set.</summary>
internal sealed record RateLimitSettings(Rate Requests, Rate Failures)
{
    private const int DefaultRequests = 500;
    private const int DefaultFailures = 30;
    private const int Most = 100_000;

    public static RateLimitSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var isOn = !environment.IsDevelopment();
        return new RateLimitSettings(
            new Rate(configuration.NumberOf("RateLimits:RequestsPerSecond", isOn ? DefaultRequests : 0, 0, Most), TimeSpan.FromSeconds(1)),
            new Rate(configuration.NumberOf("RateLimits:FailuresPerMinute", isOn ? DefaultFailures : 0, 0, Most), TimeSpan.FromMinutes(1)));
    }
}
