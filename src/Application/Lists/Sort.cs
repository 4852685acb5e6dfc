using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CleanWorkspace.Application.Lists;

/// <summary>A sort key and its direction. The prefix <c>-</c> sorts descending. The id breaks ties, in the same direction.</summary>
/// <param name="By">The sort key.</param>
/// <param name="IsDescending">True for descending order.</param>
/// <typeparam name="TKey">The available sort keys. The first is the default.</typeparam>
public sealed record Sort<TKey>(TKey By, bool IsDescending) : IQueryValue<Sort<TKey>>
    where TKey : struct, Enum
{
    private static readonly Dictionary<string, TKey> Keys =
        Enum.GetValues<TKey>().ToDictionary(key => JsonNamingPolicy.SnakeCaseLower.ConvertName(key.ToString()), StringComparer.Ordinal);

    /// <inheritdoc/>
    public static string Code => "unknown_sort";

    /// <inheritdoc/>
    public static string Form => $"as one of {string.Join(", ", Keys.Keys)}. The prefix - sorts descending";

    /// <inheritdoc/>
    public static IReadOnlyList<string> Values { get; } = [.. Keys.Keys, .. Keys.Keys.Select(key => $"-{key}")];

    /// <inheritdoc/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Sort<TKey>? value)
    {
        var isDescending = text?.StartsWith('-') == true;
        value = Keys.TryGetValue((isDescending ? text?[1..] : text) ?? "", out var key) ? new Sort<TKey>(key, isDescending) : null;
        return value is not null;
    }
}
