namespace CleanWorkspace.WebApi.Hosting;

/// <summary>How the service stops: it refuses connections at once, and lets running requests end.</summary>
internal static class ShutdownSetup
{
    private const int DefaultSeconds = 30;
    private const int MaxSeconds = 3600;

    /// <summary>Sets how long running requests get before they are cut off.</summary>
    public static void AddShutdown(this WebApplicationBuilder builder)
    {
        var limit = builder.Configuration.SecondsOf("Shutdown:Seconds", DefaultSeconds, MaxSeconds);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = limit);
    }
}
