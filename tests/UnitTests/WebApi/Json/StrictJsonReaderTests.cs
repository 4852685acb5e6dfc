using System.Text;
using System.Text.Json;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Json;

namespace CleanWorkspace.UnitTests.WebApi.Json;

public sealed class StrictJsonReaderTests
{
    private const int Name = 0;
    private const int Users = 1;
    private const int CreatedAt = 2;

    private static readonly AcceptedProperty[] Properties =
    [
        new("name", PropertyKind.Text), new("users", PropertyKind.List), new("created_at", PropertyKind.Ignored),
    ];

    [Fact]
    public void Values_are_found_by_the_index_of_their_property()
    {
        var reader = Read("""{"users": ["a", "\u0062"], "n\u0061me": "Zo\u00eb", "created_at": {"a": [1]}}""");

        Assert.Empty(reader.Faults);
        Assert.Equal("Zoë", reader.Text(Name).Value);
        Assert.Equal(["a", "b"], reader.List(Users).Value!);
        Assert.True(reader.Has(CreatedAt));
    }

    [Fact]
    public void Null_is_given_and_an_absent_value_is_not()
    {
        var reader = Read("""{"name": null}""");

        Assert.Equal((true, null), (reader.Text(Name).IsGiven, reader.Text(Name).Value));
        Assert.False(reader.List(Users).IsGiven);
        Assert.False(reader.Has(Users));
    }

    [Theory]
    [InlineData("""{"nickname": 1, "name": 2, "users": "a"}""", "nickname unknown_property", "name invalid_type", "users invalid_type")]
    [InlineData("""{"name": "a", "name": 1, "users": []}""", "name duplicate_property")]
    [InlineData("""{"created_at": 1, "created_at": 2}""", "created_at duplicate_property")]
    [InlineData("""{"\ud800": 1, "name": "\udc00", "users": ["\ud800"]}""", " invalid_text", "name invalid_text", "users/0 invalid_text")]
    [InlineData("""{"users": [null, "a", [1, []]]}""", "users/0 invalid_type", "users/2 invalid_type")]
    [InlineData("""{"users": [1, "a", {"a": []}]}""", "users/0 invalid_type", "users/2 invalid_type")]
    public void Every_fault_is_reported_in_the_order_of_the_document(string json, params string[] expected) =>
        Assert.Equal(expected, Read(json).Faults.Select(Describe));

    [Fact]
    public void A_repeated_property_keeps_its_first_value() => Assert.Equal("a", Read("""{"name": "a", "name": "b"}""").Text(Name).Value);

    [Theory]
    [InlineData("""{"users": ["a", 1, "\ud800"]}""", "users invalid_type")]
    [InlineData("""{"users": ["a", "\ud800", 1]}""", "users invalid_text")]
    public void A_list_has_one_fault_if_elements_are_not_reported(string json, string expected) =>
        Assert.Equal([expected], Read(json, reportsElements: false).Faults.Select(Describe));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_list_that_is_too_long_keeps_its_length_and_has_no_faults_of_elements(bool reportsElements)
    {
        var reader = Read($$"""{"users": [{{string.Join(',', Enumerable.Repeat(1, IdList.MaxCount + 1))}}], "name": 1}""", reportsElements);

        Assert.Equal(["name invalid_type"], reader.Faults.Select(Describe));
        Assert.Equal(IdList.MaxCount + 1, reader.List(Users).Value!.Count);
    }

    [Fact]
    public void Reading_an_object_stops_checking_after_too_many_faults()
    {
        var reader = Read($$"""{"users": [{{string.Join(',', Enumerable.Repeat(1, 1000))}}], "name": 1}""");

        Assert.Equal(ReadingFaults.MaxCount + 1, reader.Faults.Count);
        Assert.Equal(" too_many_faults", Describe(reader.Faults[^1]));
        Assert.False(reader.Has(Name));
    }

    [Fact]
    public void Invalid_JSON_is_reported_even_after_too_many_faults() =>
        Assert.ThrowsAny<JsonException>(() => Read($$"""{{{string.Concat(Enumerable.Range(0, 1000).Select(i => $"\"p{i}\": 1, "))}}"""));

    [Fact]
    public void Reading_an_object_forgets_the_previous_one()
    {
        var reader = new StrictJsonReader(Properties, reportsElements: true);
        Read(reader, """{"name": "a", "users": ["b"], "nickname": 1}""");

        Read(reader, "{}");

        Assert.Empty(reader.Faults);
        Assert.False(reader.Has(Name) || reader.Has(Users));
    }

    private static StrictJsonReader Read(string json, bool reportsElements = true)
    {
        var reader = new StrictJsonReader(Properties, reportsElements);
        Read(reader, json);
        return reader;
    }

    private static void Read(StrictJsonReader reader, string json)
    {
        var tokens = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        tokens.Read();
        reader.Read(ref tokens);
        Assert.Equal(JsonTokenType.EndObject, tokens.TokenType);
    }

    private static string Describe(JsonFault fault) =>
        $"{fault.Name}{(fault.Element is { } element ? $"/{element}" : "")} {fault.Fault.Code}";
}
