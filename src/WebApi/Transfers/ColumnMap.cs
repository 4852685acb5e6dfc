using System.Globalization;
using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Json;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Finds the property that a column of a CSV file has, by the name of the column.</summary>
/// <remarks>Names are equal without regard to case, white space, hyphens, underscores and invisible characters.</remarks>
internal sealed class ColumnMap
{
    /// <summary>The result for a column that the import ignores.</summary>
    public const int Ignored = -1;

    /// <summary>The result for a column that nobody described.</summary>
    public const int Unknown = -2;

    private const string Form = "Write Name=property, with ; between several, such as Work Email=email;Job Title=;*=. "
        + "Without a property the column is ignored; * stands for all other columns. Write \\; for a semicolon in a name.";

    private const string Others = "*";
    private const int MaxShown = 100;

    private static readonly Dictionary<string, int> Known =
        CsvColumns.Names.Select((name, column) => (name, column)).ToDictionary(pair => Simplify(pair.name), pair => pair.column);

    private readonly Dictionary<string, (string Name, int Column)> _given = [];

    private ColumnMap()
    {
    }

    /// <summary>A map without entries: columns have the names of their properties.</summary>
    public static ColumnMap Empty { get; } = new();

    /// <summary>Whether columns are ignored if neither their name nor an entry gives a property.</summary>
    public bool IgnoresOthers { get; private set; }

    /// <summary>The parameters that made the map: <c>columns</c>, <c>ignore_other_columns</c>, both or none.</summary>
    public IReadOnlyList<string> Parameters { get; private init; } = [];

    /// <summary>Reads the option or parameter <c>columns</c>.</summary>
    /// <param name="text">The entries; null if there are none.</param>
    /// <param name="ignoresOthers">The option <c>ignore_other_columns</c>.</param>
    /// <exception cref="Failure">An entry is wrong.</exception>
    public static ColumnMap Parse(string? text, bool ignoresOthers)
    {
        string?[] parameters = [text is null ? null : "columns", ignoresOthers ? "ignore_other_columns" : null];
        var map = new ColumnMap { IgnoresOthers = ignoresOthers, Parameters = [.. parameters.OfType<string>()] };
        if (text is null)
        {
            return map;
        }

        var entries = CsvRows.SplitNames(text);
        foreach (var entry in entries)
        {
            map.Add(entry);
        }

        return entries.Count > 0 ? map : throw Invalid("The value has no entry.");
    }

    /// <summary>Returns the column of <see cref="CsvColumns"/> that has this name; otherwise one of the constants.</summary>
    public int Find(string name)
    {
        var key = Simplify(name);
        return _given.TryGetValue(key, out var entry) ? entry.Column
            : Known.TryGetValue(key, out var column) ? column
            : IgnoresOthers ? Ignored : Unknown;
    }

    /// <summary>Returns the names of the entries that a header does not have.</summary>
    public IReadOnlyList<string> FindMissing(IEnumerable<string> header)
    {
        if (_given.Count == 0)
        {
            return [];
        }

        var present = header.Select(Simplify).ToHashSet();
        return [.. _given.Where(entry => !present.Contains(entry.Key)).Select(entry => entry.Value.Name)];
    }

    /// <summary>Returns the names in quotes, with commas between them. It is safe to show in a terminal and in JSON.</summary>
    public static string Show(params IReadOnlyCollection<string> names)
    {
        var shown = string.Join(", ", names.Take(MaxShown).Select(name => $"\"{ReadingFaults.Shorten(MakeVisible(name))}\""));
        return names.Count <= MaxShown
            ? shown
            : string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - MaxShown} more");
    }

    private void Add(string entry)
    {
        var end = entry.LastIndexOf('=');
        if (end < 0)
        {
            throw Invalid($"The entry {Show(entry)} has no =.");
        }

        var (name, property) = (entry[..end].Trim(), entry[(end + 1)..].Trim());
        var column = property.Length == 0 ? Ignored : Known.GetValueOrDefault(Simplify(property), Unknown);
        if (column == Unknown)
        {
            throw Invalid($"{Show(property)} is not a property. The properties are {string.Join(", ", CsvColumns.Names)}.");
        }

        if (name == Others)
        {
            IgnoresOthers = column == Ignored ? true : throw Invalid("* stands for all other columns. They can only be ignored: *=");
            return;
        }

        var key = Simplify(name);
        if (key.Length == 0)
        {
            throw Invalid($"The entry {Show(entry)} does not name a column.");
        }

        if (column >= 0 && _given.Values.FirstOrDefault(given => given.Column == column).Name is { } other)
        {
            throw Invalid($"The columns {Show(other)} and {Show(name)} are both mapped to {CsvColumns.Names[column]}. Map only one.");
        }

        if (!_given.TryAdd(key, (name, column)))
        {
            throw Invalid($"The column {Show(name)} is named twice. Names are equal without regard to case, blanks, - and _.");
        }
    }

    private static string Simplify(string name)
    {
        var key = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (!char.IsWhiteSpace(character) && character is not ('-' or '_')
                && char.GetUnicodeCategory(character) != UnicodeCategory.Format)
            {
                key.Append(char.ToLowerInvariant(character));
            }
        }

        return key.ToString();
    }

    private static string MakeVisible(string name) => string.Concat(name.Select(character =>
        char.IsControl(character) || char.IsSurrogate(character) || char.GetUnicodeCategory(character) == UnicodeCategory.Format
            ? '\uFFFD'
            : character));

    private static Failure Invalid(string detail) =>
        Failure.Invalid(new RequestFault("invalid_columns", $"{detail} {Form}", Parameter: "columns"));
}
