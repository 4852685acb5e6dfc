using System.Text.Json;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The words for a noun: UserGroups is also UserGroup, and Group where the folder says whose.</summary>
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

    /// <summary>The same text about a thing of any kind.</summary>
    public string Neutralize(string text) => _words.Aggregate(text, (rest, word) => Replace(rest, word.Word, word.Neutral));

    public string RemoveFrom(string name) =>
        Neutralize(name).Replace("Things", "", StringComparison.Ordinal).Replace("Thing", "", StringComparison.Ordinal);

    private static string Replace(string text, string word, string neutral) =>
        text.Replace(word, neutral, StringComparison.Ordinal)
            .Replace(InCamelCase(word), InCamelCase(neutral), StringComparison.Ordinal);

    private static string InCamelCase(string word) => JsonNamingPolicy.CamelCase.ConvertName(word);
}
