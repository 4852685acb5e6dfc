using System.Text.Json;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The words for a noun: UserGroups is also UserGroup, and Group where the folder says whose.</summary>
internal sealed class NounWords
{
    private readonly string _lastWord;

    public NounWords(string noun)
    {
        Entity = noun[..^1];
        _lastWord = Entity[Entity.LastIndexOf(Entity.Last(char.IsUpper))..];
    }

    public string Entity { get; }

    /// <summary>The same text about a thing of any kind.</summary>
    public string Neutralize(string text) => Replace(Replace(text, Entity), _lastWord);

    public string RemoveFrom(string name) =>
        Neutralize(name).Replace("Things", "", StringComparison.Ordinal).Replace("Thing", "", StringComparison.Ordinal);

    private static string Replace(string text, string word) =>
        text.Replace(word, "Thing", StringComparison.Ordinal)
            .Replace(JsonNamingPolicy.CamelCase.ConvertName(word), "thing", StringComparison.Ordinal);
}
