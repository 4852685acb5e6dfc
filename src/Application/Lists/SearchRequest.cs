using System.Globalization;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Lists;

/// <summary>A request for one page of a searchable, sortable list.</summary>
/// <typeparam name="T">The resource that a row is shown as.</typeparam>
/// <typeparam name="TKey">The available sort keys. The first is the default: the time of creation.</typeparam>
public abstract record SearchRequest<T, TKey> : ListRequest<T>
    where TKey : struct, Enum
{
    /// <summary>
    /// Selects rows created at this time or later (RFC 3339). Refused with a sort key other than created_at unless q, id, email or name
    /// is given too.
    /// </summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>
    /// Selects rows created before this time (RFC 3339). Refused with a sort key other than created_at unless q, id, email or name
    /// is given too.
    /// </summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>
    /// Selects rows that contain every word in their names or e-mail address, ignoring case and accents. A word without three consecutive
    /// letters or digits matches the beginnings of words. At most 10 words. At least one word needs a letter or a digit. The count stops
    /// at 5,000.
    /// </summary>
    public string? Q { get; init; }

    /// <summary>
    /// The sort key. The prefix - sorts descending. Case and accents are ignored. Missing values sort first. Default: created_at.
    /// </summary>
    public Sort<TKey>? Sort { get; init; }

    /// <summary>Selects the rows with these ids; null for all.</summary>
    public virtual IReadOnlyList<Guid>? SelectedIds => null;

    /// <summary>The words of <see cref="Q"/>; empty without a search.</summary>
    public IReadOnlyList<SearchWord> Words => SearchWords.In(Q);

    /// <inheritdoc/>
    public sealed override string List => string.Join('\n', ListParts);

    /// <summary>The parts of <see cref="List"/>. Parameters cannot contain line breaks, so the joined text is unambiguous.</summary>
    protected virtual IEnumerable<string?> ListParts =>
    [
        typeof(T).Name,
        CreatedAfter?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        CreatedBefore?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        Q,
        Sort?.ToString(),
        SelectedIds is null ? null : string.Join(',', SelectedIds),
    ];

    /// <summary>True if a filter selects so few rows that they can be sorted without an index.</summary>
    protected virtual bool IsSelective => Q is not null || SelectedIds is not null;

    internal override IEnumerable<RequestFault> FindFaults()
    {
        if (Q is { } q && SearchWords.Check(q) is { } fault)
        {
            yield return RequestFault.Of("q", fault);
        }

        if (!IsSelective && (CreatedAfter ?? CreatedBefore) is not null && Sort is { } sort && !sort.By.Equals(default(TKey)))
        {
            yield return RequestFault.Of("sort", new Fault(
                "unserved_combination",
                "A filter by time requires the sort key created_at. Remove the filter or the sort key, or add q, id, email (users) "
                + "or name (groups)."));
        }

        foreach (var other in base.FindFaults())
        {
            yield return other;
        }
    }
}

/// <summary>The rules of search texts.</summary>
internal static class SearchWords
{
    private const int MaxCount = 10;

    // The longest value of one property is an e-mail address.
    private static readonly TextRule Text = new(EmailAddress.MaxLength, required: true);

    public static IReadOnlyList<SearchWord> In(string? text) =>
        text is null
            ? []
            : [.. Text.Normalize(text)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => new SearchWord(word))];

    public static Fault? Check(string text)
    {
        if (Text.Check(text) is { } fault)
        {
            return fault;
        }

        var words = In(text);
        if (words.Count > MaxCount)
        {
            return new Fault("invalid_search", $"Must have at most {MaxCount} words.");
        }

        return words.Any(word => word.HasLetterOrDigit)
            ? null
            : new Fault("invalid_search", "At least one word must have a letter or a digit.");
    }
}
