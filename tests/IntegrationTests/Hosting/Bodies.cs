using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>Requests and texts for the tests of several use cases.</summary>
internal static class Bodies
{
    public const string UnknownId = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071";

    /// <summary>One character for a person, two for .NET, four bytes for the database.</summary>
    public const string Emoji = "😀";

    /// <summary>JSON escapes that no text may hold: control characters and lone surrogates.</summary>
    public static readonly TheoryData<string> ForbiddenCharacters =
        [@"\u0000", @"\u0001", @"\b", @"\r", @"\u001b", @"\u007f", @"\u0085", @"\u009f", @"\ud800", @"\udfff", @"\ud83dx", @"\ude00\ud83d"];

    /// <summary>Fills the path of an operation, as the OpenAPI document has it, with an unknown id.</summary>
    public static string OnUnknown(string path) =>
        path.Replace("{id}", UnknownId, StringComparison.Ordinal).Replace("{user_id}", UnknownId, StringComparison.Ordinal);

    public static JsonObject With(string property, object? value) => new() { [property] = JsonValue.Create(value) };

    /// <summary>Returns an object as raw JSON, for values that no serializer would write.</summary>
    public static string Raw(string property, string json) => $$"""{"{{property}}":{{json}}}""";

    public static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    /// <summary>Returns a copy without these properties.</summary>
    public static JsonObject Without(this JsonObject resource, params string[] properties)
    {
        var copy = resource.DeepClone().AsObject();
        foreach (var property in properties)
        {
            copy.Remove(property);
        }

        return copy;
    }

    public static string[] Ids(this JsonObject resource, string property) =>
        [.. resource[property]!.AsArray().Select(id => (string)id!)];

    public static string Id(this JsonObject resource) => (string)resource["id"]!;

    public static DateTimeOffset UpdatedAt(this JsonObject resource) => DateTimeOffset.Parse((string)resource["updated_at"]!, null);

    /// <summary>Fails unless both have the same JSON.</summary>
    public static void MustEqual(this JsonObject actual, JsonObject expected) =>
        Assert.Equal(expected.ToJsonString(), actual.ToJsonString());
}
