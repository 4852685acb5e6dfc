using CleanWorkspace.WebApi.Transfers;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

public sealed class NdjsonRowsTests
{
    private const long Megabyte = 1024 * 1024;

    public static TheoryData<string, string[]> Files => new()
    {
        { """{"email":"a@x"}""", ["1: email=a@x"] },
        { "\uFEFF{\"email\":\"a@x\"}\r\n\n \t\r\n{}\n", ["1: email=a@x", "4:"] },
        {
            """{"id":"1","first_name":"Ada","last_name":null,"email":"a@x","role":"admin","_role":"Admin","user_groups":["A","B"],"""
                + """ "teams":[],"created_at":1,"updated_at":{"a":[]},"resource":"users"}""",
            ["1: id=1 email=a@x first_name=Ada last_name=null role=admin _role=Admin groups=[A|B] teams=[]"]
        },
        {
            """{"name":"A","icon":null,"resource":"user_groups","id":"1","description":"a\nb","created_at":"x","updated_at":"y"}""",
            ["1: group id=1 name=A icon=null description=a\nb"]
        },
        { """{"\u0065mail":"Zo\u00eb \ud83e\udd89"}""", ["1: email=Zoë 🦉"] },
        { """{"user_groups":null,"teams":null}""", ["1: groups=null teams=null"] },
        {
            """{"resource":"user_groups","users":[],"email":"a@x","first_name":1}""",
            ["1: group ! users unknown_property ! email unknown_property ! first_name unknown_property"]
        },
        { """{"name":"A","password":{"a":[1]},"email":"a@x"}""", ["1: email=a@x ! password unknown_property ! name unknown_property"] },
        {
            """{"email":1,"first_name":["a"],"user_groups":"A","teams":{}}""",
            ["1: ! email invalid_type ! first_name invalid_type ! user_groups invalid_type ! teams invalid_type"]
        },
        { """{"user_groups":["A",null,1,{"a":[]}],"email":"a@x"}""", ["1: email=a@x ! user_groups invalid_type"] },
        {
            """{"email":"a@x","email":"b@x","created_at":1,"created_at":2}""",
            ["1: ! email duplicate_property ! created_at duplicate_property"]
        },
        {
            """{"email":"\ud800","user_groups":["\udc00"],"\ud800":1}""",
            ["1: !  invalid_text ! email invalid_text ! user_groups invalid_text"]
        },
        { """{"resource":"teams"}""", ["1: ! resource unknown_resource"] },
        { """{"resource":null}""", ["1: ! resource unknown_resource"] },
        { """{"resource":1}""", ["1: ! resource invalid_type"] },
        {
            "{\n{}}\n[{}]\n\"a\"\nnull\n{} {}\n{\"a\":01}\n{'a':1}\n{\"email\":\"a@x\",}\n//{}\n{\"email\":\"b@x\"}",
            [
                "1: !  invalid_json", "2: !  invalid_json", "3: !  invalid_type", "4: !  invalid_type", "5: !  invalid_type",
                "6: !  invalid_json", "7: !  invalid_json", "8: !  invalid_json", "9: !  invalid_json", "10: !  invalid_json",
                "11: email=b@x",
            ]
        },
        { new string('[', 100) + "\n{\"email\":" + new string('[', 100), ["1: !  invalid_type", "2: !  invalid_json"] },
        { "", ["file! empty_file"] },
        { "\uFEFF\n\n", ["file! empty_file"] },
        { "{}\n{\"email\":\"\0\"}", ["2! invalid_encoding"] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Rows_do_not_depend_on_the_chunks_in_which_a_file_arrives(string file, string[] expected)
    {
        var whole = await ImportFiles.ReadNdjsonAsync(file);
        var inPieces = await ImportFiles.ReadNdjsonAsync(file, chunk: 1);

        if (expected[^1].Contains('!', StringComparison.Ordinal) && !expected[^1].Contains(": ", StringComparison.Ordinal))
        {
            (whole, inPieces) = (whole[^1..], inPieces[^1..]);
        }

        Assert.Equal(expected, whole);
        Assert.Equal(expected, inPieces);
    }

    [Fact]
    public async Task A_row_reports_a_limited_number_of_faults()
    {
        var properties = string.Join(',', Enumerable.Range(0, 1000).Select(number => $"\"p{number}\":1"));

        var row = Assert.Single(await ImportFiles.ReadNdjsonAsync($$"""{{{properties}}}"""));

        Assert.Equal(100, row.Split(" unknown_property").Length - 1);
        Assert.EndsWith("!  too_many_faults", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_an_unknown_property_is_shortened()
    {
        var row = Assert.Single(await ImportFiles.ReadNdjsonAsync($$"""{"{{new string('p', 5000)}}":1}"""));

        Assert.Equal($"1: ! {new string('p', 100)}… unknown_property", row);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_refused()
    {
        byte[] file = [.. "{}\n{}\n{\"email\":\""u8, 0xEB, .. "\"}\n"u8];

        var rows = await ImportFiles.DescribeAsync(NdjsonRows.ReadAsync(new MemoryStream(file), CancellationToken.None));

        Assert.Equal("3! invalid_encoding", rows[^1]);
    }

    [Fact]
    public async Task Reading_stops_early_in_a_line_without_end()
    {
        using var file = new EndlessStream("{}\n{\"email\":\"", "x", 100 * Megabyte);

        Assert.Equal(["1:", "2! line_too_long"], await ImportFiles.DescribeAsync(NdjsonRows.ReadAsync(file, CancellationToken.None)));
        Assert.InRange(file.BytesRead, LongLine.MaxLength, 2 * LongLine.MaxLength);
    }

    [Fact]
    public async Task A_line_has_at_most_four_megabytes()
    {
        const string form = """{"email":""}""";
        var fits = new string('x', LongLine.MaxLength - form.Length);

        Assert.Equal(["1: email=" + fits, "2:"], await ImportFiles.ReadNdjsonAsync($"{form.Insert(form.Length - 2, fits)}\n{{}}"));
        Assert.Equal(["1:", "2! line_too_long"], await ImportFiles.ReadNdjsonAsync($"{{}}\n{form.Insert(form.Length - 2, fits + "x")}\n"));
    }

    [Fact]
    public async Task Rows_are_read_only_on_demand()
    {
        var line = $$"""{"email":"a@x","first_name":"Ada","user_groups":["A"]}{{"\n"}}""";
        using var file = new EndlessStream("", line, 1_000_000);
        var count = 0L;
        await foreach (var row in NdjsonRows.ReadAsync(file, CancellationToken.None))
        {
            count++;
            Assert.Equal(count, row.Line);
            Assert.InRange(file.BytesRead - count * line.Length, 0, Megabyte);
        }

        Assert.Equal(1_000_000, count);
    }
}
