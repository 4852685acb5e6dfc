namespace CleanWorkspace.Infrastructure.Database;

/// <summary>A condition of a search in SQL, in two forms with the same result.</summary>
/// <param name="Indexed">The form that uses the search indexes. It finds few rows quickly.</param>
/// <param name="Walked">The form that uses no index. It suits rows that are read in the order of another index.</param>
internal sealed record SearchCondition(string Indexed, string Walked)
{
    // The ASCII characters that separate words. Other ones are rare in names, and pg_trgm needs a short list.
    private const string Separator = "[ !-/:-@[-`{-~]";

    /// <summary>Selects the rows whose folded text contains the word.</summary>
    public static SearchCondition Contains(string column, string word) => Of(column, $"LIKE '%' || {LikePattern(Folded(word))} || '%'");

    /// <summary>Selects the rows whose folded text has a word that begins with this one. The text begins with a blank.</summary>
    public static SearchCondition HasWordWith(string column, string word) =>
        Of(column, $$"""~ ('{{Separator}}' || regexp_replace({{Folded(word)}}, '([!-/:-@[-`{-~])', '\\\1', 'g'))""");

    /// <summary>Selects the rows whose key begins with the text. The key is not folded.</summary>
    public static SearchCondition StartsWith(string key, string text) => Both($"{key} LIKE {LikePattern(SqlLiteral.Of(text))} || '%'");

    /// <summary>Selects the rows with this key. The key is not folded.</summary>
    public static SearchCondition IsEqual(string key, string text) => Both($"{key} = {SqlLiteral.Of(text)}");

    /// <summary>Selects the rows that one of the conditions selects.</summary>
    public static SearchCondition Any(params IReadOnlyList<SearchCondition> conditions) => new(
        $"({string.Join(" OR ", conditions.Select(condition => condition.Indexed))})",
        $"({string.Join(" OR ", conditions.Select(condition => condition.Walked))})");

    private static SearchCondition Both(string condition) => new(condition, condition);

    // An expression instead of the column hides the index.
    private static SearchCondition Of(string column, string comparison) => new($"{column} {comparison}", $"({column} || '') {comparison}");

    private static string Folded(string word) => $"fold_text({SqlLiteral.Of(word)})";

    private static string LikePattern(string text) => $@"replace(replace(replace({text}, '\', '\\'), '%', '\%'), '_', '\_')";
}
