using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CleanWorkspace.Application.Lists;

/// <summary>By what a list is ordered: a name from a list of them, with <c>-</c> before it from the last to the first. Ties are broken by the id, in the same direction.</summary>
/// <param name="By">What is compared.</param>
/// <param name="IsDescending">Whether the last comes first.</param>
/// <typeparam name="TKey">What there is to order by; where nothing is said, its first.</typeparam>
public sealed record Sort<TKey>(TKey By, bool IsDescending) : IQueryValue<Sort<TKey>>
    where TKey : struct, Enum
{
    private static readonly Dictionary<string, TKey> Keys =
        Enum.GetValues<TKey>().ToDictionary(key => JsonNamingPolicy.SnakeCaseLower.ConvertName(key.ToString()), StringComparer.Ordinal);

    /// <inheritdoc/>
    public static string Code => "unknown_sort";

    /// <inheritdoc/>
    public static string Form => $"as one of {string.Join(", ", Keys.Keys)}, with - before it for the other direction";

    /// <inheritdoc/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Sort<TKey>? value)
    {
        var isDescending = text?.StartsWith('-') == true;
        value = Keys.TryGetValue((isDescending ? text?[1..] : text) ?? "", out var key) ? new Sort<TKey>(key, isDescending) : null;
        return value is not null;
    }
}
