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
}
