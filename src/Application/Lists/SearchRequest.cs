using System.Globalization;
using System.Text;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Lists;

/// <summary>Asks for a page of what can be searched and ordered.</summary>
/// <typeparam name="T">What a row is shown as.</typeparam>
/// <typeparam name="TKey">What there is to order by; first, when rows were created.</typeparam>
public abstract record SearchRequest<T, TKey> : ListRequest<T>
    where TKey : struct, Enum
{
    /// <summary>Only what was created at this time or later (RFC 3339). Not together with another sort than created_at, unless something is searched for.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Only what was created earlier than this time (RFC 3339). Not together with another sort than created_at, unless something is searched for.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only what has each of these words (10 at most, with blanks between them) in its names or e-mail address, whole or as a part of a word, without regard to case and accents. At least one has three letters or digits in a row.</summary>
    public string? Q { get; init; }

    /// <summary>By what the list is ordered, with - before it from the last to the first; the oldest come first if not given. Case and accents do not matter, and what is not there comes first.</summary>
    public Sort<TKey>? Sort { get; init; }

    /// <summary>The words of <see cref="Q"/>; none where nothing is searched for.</summary>
    public IReadOnlyList<string> Words => SearchWords.In(Q);

    /// <inheritdoc/>
    public sealed override string List => string.Join('\n', ListParts);

    /// <summary>What <see cref="List"/> is made of. No part has a line break in it, since no parameter may.</summary>
    protected virtual IEnumerable<string?> ListParts =>
    [
        typeof(T).Name,
        CreatedAfter?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        CreatedBefore?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        Q,
        Sort?.ToString(),
    ];

    /// <summary>Whether so few rows fit that it does not matter in which order an index has them.</summary>
    protected virtual bool IsNarrow => Q is not null;

    internal override IEnumerable<RequestFault> FindFaults()
    {
        if (Q is { } q && SearchWords.Check(q) is { } fault)
        {
            yield return RequestFault.Of("q", fault);
        }

        if (!IsNarrow && (CreatedAfter ?? CreatedBefore) is not null && Sort is { } sort && !sort.By.Equals(default(TKey)))
        {
            yield return RequestFault.Of("sort", new Fault(
                "unserved_combination", "What is chosen by its time can be ordered by created_at alone: leave out one of the two, or search for something by q."));
        }

        foreach (var other in base.FindFaults())
        {
            yield return other;
        }
    }
}

/// <summary>What may be searched for.</summary>
internal static class SearchWords
{
    private const int MaxCount = 10;

    // What the index of the searched text is made of.
    private const int IndexedLength = 3;

    private static readonly TextRule Text = new(maxLength: 200, required: true);

    public static IReadOnlyList<string> In(string? text) =>
        text is null ? [] : Text.Normalize(text)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

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

        return words.Any(IsIndexed) ? null : new Fault("invalid_search", $"Must have a word with {IndexedLength} letters or digits in a row.");
    }

    private static bool IsIndexed(string word)
    {
        var length = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            length = Rune.IsLetterOrDigit(rune) ? length + 1 : 0;
            if (length == IndexedLength)
            {
                return true;
            }
        }

        return false;
    }
}
