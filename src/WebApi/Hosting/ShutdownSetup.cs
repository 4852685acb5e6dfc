namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Sets how the service stops. It refuses new connections at once and lets running requests finish.</summary>
internal static class ShutdownSetup
{
    private const int DefaultSeconds = 30;
    private const int MaxSeconds = 3600;

    /// <summary>Sets the time that running requests get to finish, from <c>Shutdown:Seconds</c>.</summary>
    public static void AddShutdown(this WebApplicationBuilder builder)
    {
        var limit = builder.Configuration.SecondsOf("Shutdown:Seconds", DefaultSeconds, MaxSeconds);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = limit);
    }
}
