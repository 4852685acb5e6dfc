using System.Text.Json;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The spellings of a noun. Code also calls UserGroups "UserGroup", and "Group" in the folder of this noun.</summary>
internal sealed class NounWords
{
    private readonly (string Word, string Neutral)[] _words;

    public NounWords(string noun)
    {
        Entity = noun.EndsWith("ies", StringComparison.Ordinal) ? $"{noun[..^3]}y" : noun[..^1];
        var lastWord = Entity.LastIndexOf(Entity.Last(char.IsUpper));
        _words = [(noun, "Things"), (Entity, "Thing"), (noun[lastWord..], "Things"), (Entity[lastWord..], "Thing")];
    }

    public string Entity { get; }

    /// <summary>Replaces the noun by a neutral word, so that texts about different nouns can be compared.</summary>
    public string Neutralize(string text) => _words.Aggregate(text, (rest, word) => Replace(rest, word.Word, word.Neutral));

    public string RemoveFrom(string name) =>
        Neutralize(name).Replace("Things", "", StringComparison.Ordinal).Replace("Thing", "", StringComparison.Ordinal);

    private static string Replace(string text, string word, string neutral) =>
        text.Replace(word, neutral, StringComparison.Ordinal)
            .Replace(InCamelCase(word), InCamelCase(neutral), StringComparison.Ordinal);

    private static string InCamelCase(string word) => JsonNamingPolicy.CamelCase.ConvertName(word);
}
