using System.Globalization;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>How the service stops: it refuses connections at once, and lets running requests end.</summary>
internal static class ShutdownSetup
{
    private const string Setting = "Shutdown:Seconds";
    private const int DefaultSeconds = 30;
    private const int MaxSeconds = 3600;

    /// <summary>Sets how long running requests get before they are cut off.</summary>
    public static void AddShutdown(this WebApplicationBuilder builder)
    {
        var seconds = DefaultSeconds;
        if (builder.Configuration[Setting] is { Length: > 0 } given
            && !(int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds is > 0 and <= MaxSeconds))
        {
            throw new StartFailure($"Shutdown__Seconds must be a whole number from 1 to {MaxSeconds}.");
        }

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(seconds));
    }
}
