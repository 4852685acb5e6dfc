using System.Globalization;
using System.Net;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>Reads settings that need a check or have several values.</summary>
internal static class Settings
{
    /// <summary>Reads a list: one value with <c>;</c> between the items, or an indexed value for each item.</summary>
    public static string[] ListOf(this IConfiguration configuration, string key) =>
    [
        .. configuration.GetSection(key).GetChildren().Select(item => item.Value).Prepend(configuration[key])
            .SelectMany(value => (value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    ];

    /// <summary>Reads a list of IP addresses and networks (CIDR).</summary>
    public static IPNetwork[] NetworksOf(this IConfiguration configuration, string key) =>
    [
        .. configuration.ListOf(key).Select(text =>
            IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(text, out var network) ? network
            : throw new StartFailure(
                $"{NameOf(key)} has {text}, which is not an IP address or a network. Use values such as 10.0.0.1 or 10.0.0.0/8.")),
    ];

    /// <summary>Reads a time in whole seconds, from 1 to <paramref name="max"/>.</summary>
    public static TimeSpan SecondsOf(this IConfiguration configuration, string key, int defaultValue, int max) =>
        TimeSpan.FromSeconds(configuration.NumberOf(key, defaultValue, 1, max));

    /// <summary>Reads a whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static int NumberOf(this IConfiguration configuration, string key, int defaultValue, int min, int max)
    {
        if (configuration[key] is not { Length: > 0 } setting)
        {
            return defaultValue;
        }

        return int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new StartFailure($"{NameOf(key)} must be a whole number from {min} to {max}.");
    }

    /// <summary>Reads a setting that is true or false.</summary>
    public static bool FlagOf(this IConfiguration configuration, string key, bool defaultValue) =>
        configuration[key] is not { Length: > 0 } setting ? defaultValue
        : bool.TryParse(setting, out var flag) ? flag
        : throw new StartFailure($"{NameOf(key)} must be true or false.");

    /// <summary>Returns the name of a setting as an environment variable.</summary>
    public static string NameOf(string key) => key.Replace(":", "__", StringComparison.Ordinal);
}
