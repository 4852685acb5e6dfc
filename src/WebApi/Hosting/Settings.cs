using System.Globalization;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>How settings are read that configuration has no form of its own for.</summary>
internal static class Settings
{
    /// <summary>What a setting lists: one value with <c>;</c> between the items, or an indexed one for each.</summary>
    public static string[] ListOf(this IConfiguration configuration, string key) =>
    [
        .. configuration.GetSection(key).GetChildren().Select(item => item.Value).Prepend(configuration[key])
            .SelectMany(value => (value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    ];

    /// <summary>A time in whole seconds, from 1 to <paramref name="most"/>; <paramref name="usual"/> where none is set.</summary>
    public static TimeSpan SecondsOf(this IConfiguration configuration, string key, int usual, int most)
    {
        if (configuration[key] is not { Length: > 0 } setting)
        {
            return TimeSpan.FromSeconds(usual);
        }

        return int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new StartFailure($"{key.Replace(":", "__", StringComparison.Ordinal)} must be a whole number from 1 to {most}.");
    }
}
