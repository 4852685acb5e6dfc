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
    public static TimeSpan SecondsOf(this IConfiguration configuration, string key, int usual, int most) =>
        TimeSpan.FromSeconds(configuration.NumberOf(key, usual, 1, most));

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>; <paramref name="usual"/> where none is set.</summary>
    public static int NumberOf(this IConfiguration configuration, string key, int usual, int least, int most)
    {
        if (configuration[key] is not { Length: > 0 } setting)
        {
            return usual;
        }

        return int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new StartFailure($"{key.Replace(":", "__", StringComparison.Ordinal)} must be a whole number from {least} to {most}.");
    }
}
