using System.Text;
using System.Text.RegularExpressions;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;
using FsCheck;
using FsCheck.Fluent;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

public sealed partial class CsvRowsTests
{
    private const string Header = "email,first_name,last_name,role,user_groups\r\n";

    private const string Columns = "email, first_name, last_name, role, user_groups";

    private const long Megabyte = 1024 * 1024;

    public static TheoryData<string, string[]> ReadableFiles => new()
    {
        { Header, [] },
        { "email", [] },
        { "\uFEFFemail\r\na@x\r\n", ["2: email=a@x"] },
        { "\uFEFF\"email\"\na@x", ["2: email=a@x"] },
        { Header + "a@x,Ada,Lovelace,Admin,A;B\r\n", ["2: email=a@x first_name=Ada last_name=Lovelace role=Admin groups=[A|B]"] },
        { Header + "a@x,,,,\r\n", ["2: email=a@x first_name=null last_name=null groups=[]"] },
        { Header + ",Ada,,,\r\n", ["2: first_name=Ada last_name=null groups=[]"] },
        { Header + ",,,,\r\n , ,\t,\"\",\n", ["2: blank", "3: blank"] },
        { " User_Groups ,EMAIL\nA,a@x\n", ["2: email=a@x groups=[A]"] },
        { "\n\r\n\nemail\n\na@x\n\n\nb@x\n", ["6: email=a@x", "9: email=b@x"] },
        { "email\ra@x\r\nb@x\rc@x", ["2: email=a@x", "3: email=b@x", "4: email=c@x"] },
        { "first_name,email\n\"a\r\nb\rc\nd\",a@x\ne,b@x\n", ["2: email=a@x first_name=a\r\nb\rc\nd", "6: email=b@x first_name=e"] },
        { "first_name,email\n\"say \"\"hi\"\", \",a@x\n", ["2: email=a@x first_name=say \"hi\", "] },
        { "email,user_groups\na@x,\" A ;; B\\;C\\\\ ;\\D;;\\\"\n", ["2: email=a@x groups=[A|B;C\\|\\D|\\]"] },
        {
            "email,first_name\na@x\nb@x,B,\n,,,\nc@x,C\n",
            ["2: !  wrong_cell_count", "3: email=b@x first_name=B", "4: blank", "5: email=c@x first_name=C"]
        },
        { "email,first_name\na@x,Ada\n,\n \t\n", ["2: email=a@x first_name=Ada", "3: blank", "4: blank"] },
        { "email,first_name\na@x,Ada,x\n,,,x\n", ["2: ! 3 wrong_cell_count", "3: ! 4 wrong_cell_count"] },
        {
            "email, ,first_name,\na@x,,Ada,\nb@x,\u00A0,Bob\nc@x,x,C,\nd@x,,D,x\n",
            [
                "2: email=a@x first_name=Ada", "3: email=b@x first_name=Bob", "4: ! 2 unnamed_column", "5: ! 4 unnamed_column",
            ]
        },
        { ",,\n , \nemail,first_name\na@x,A\n", ["4: email=a@x first_name=A"] },
        {
            "E-Mail,First Name,LAST_NAME,Role,User groups\na@x,A,B,admin,C\n",
            ["2: email=a@x first_name=A last_name=B role=admin groups=[C]"]
        },
        { "firstName,email\u200b\nA,a@x\n", ["2: email=a@x first_name=A"] },
        { "email;first_name;user_groups\na@x;A, B;\"C;D\"\n", ["2: email=a@x first_name=A, B groups=[C|D]"] },
        { "email\tfirst_name\na@x\tA;B,C\n", ["2: email=a@x first_name=A;B,C"] },
        { "\uFEFF\n\n\"first\nname\";email\n\"A\nB\";a@x\n", ["5: email=a@x first_name=A\nB"] },
        { "sep=;\r\nemail;first_name\r\na@x;A\r\n", ["3: email=a@x first_name=A"] },
        { "\uFEFFSEP=\t\n\nemail\tfirst_name\na@x\tA\n", ["4: email=a@x first_name=A"] },
        { "sep=,\nemail\na@x\n", ["3: email=a@x"] },
        { "\n\nsep=;\n;\nemail;first_name\na@x;A\n", ["6: email=a@x first_name=A"] },
        { "email\n#a@x\nsep=;\n", ["2: email=#a@x", "3: email=sep=;"] },
        { "email,first_name\na@x,Zoë 🦉\n", ["2: email=a@x first_name=Zoë 🦉"] },
    };

    public static TheoryData<string, string[]> UnreadableFiles => new()
    {
        { "", ["file! empty_file"] },
        { "\uFEFF", ["file! empty_file"] },
        { "\r\n\n", ["file! empty_file"] },
        { "first_name\nAda\n", ["1! missing_column"] },
        { "\nemail,password\n", ["2! unknown_column"] },
        { "\"first;name\";email\n", ["1! unknown_column"] },
        { "email|first_name\n", ["1! unknown_column"] },
        { ",\n", ["file! empty_file"] },
        { "sep=;\n;\n", ["file! empty_file"] },
        { "sep=|\nemail|first_name\n", ["1! invalid_csv"] },
        { "sep=;\nemail,first_name\n", ["2! unknown_column"] },
        { "#TYPE System.Management.Automation.PSCustomObject\n\"email\",\"first_name\"\n", ["1! missing_header"] },
        { "version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required\n", ["1! missing_header"] },
        { "version:v1.0\nemail;first_name\n", ["1! missing_header"] },
        { "version:v1.0;;\nemail;first_name\n", ["1! missing_header"] },
        { "emial\nada@example.org\n", ["1! unknown_column"] },
        { "email,e-mail\n", ["1! duplicate_column"] },
        { "em\"ail,first_name\n", ["1! invalid_csv"] },
        { "email,first_name\0\n", ["1! invalid_encoding"] },
        { "email,first_name,Email\n", ["1! duplicate_column"] },
        { "email\na@x\n\"b@x\nc@x\n", ["2: email=a@x", "3! unclosed_quote"] },
        { "email,first_name\n\"a\nb\",\"\"\"c\n\"\"d\n", ["3! unclosed_quote"] },
        { "\"email\n", ["1! unclosed_quote"] },
        { "email\na\"b\n", ["2! invalid_csv"] },
        { "email\na@x\n\"a\"b\n", ["2: email=a@x", "3! invalid_csv"] },
        { "email,first_name\na@x, \"Ada\"\n", ["2! invalid_csv"] },
        { "email\na@x\r\nb\0@x\n", ["3! invalid_encoding"] },
    };

    [Theory]
    [MemberData(nameof(ReadableFiles))]
    public async Task Rows_do_not_depend_on_the_chunks_in_which_a_file_arrives(string file, string[] expected)
    {
        Assert.Equal(expected, await ImportFiles.ReadCsvAsync(file));
        Assert.Equal(expected, await ImportFiles.ReadCsvAsync(file, chunk: 1));
    }

    [Theory]
    [MemberData(nameof(UnreadableFiles))]
    public async Task An_unreadable_file_is_refused_with_its_line(string file, string[] expected)
    {
        // The rows before the fault may be missing, because the import applies none of them.
        Assert.Equal(expected[^1], (await ImportFiles.ReadCsvAsync(file))[^1]);
        Assert.Equal(expected[^1], (await ImportFiles.ReadCsvAsync(file, chunk: 1))[^1]);
    }

    [Theory]
    [InlineData("email|first_name\n", "Columns are separated by commas, semicolons or tabs.")]
    [InlineData("email,pass\u001Bword\n", "Unknown column: \"pass\uFFFDword\". Known columns: " + Columns + ". Rename them")]
    [InlineData("Work Email;Job\n", "Unknown columns: \"Work Email\", \"Job\". Known columns: " + Columns + ". The column email is")]
    [InlineData("email,First Name,FIRST_NAME\n", "The columns \"First Name\" and \"FIRST_NAME\" both have the property first_name.")]
    [InlineData("#TYPE Selected.User\n\"a\",\"b\"\n", "The line \"#TYPE …\" is not a header")]
    [InlineData("#TYPE Selected.User\n\"a\",\"b\"\n", "PowerShell does not write it with Export-Csv -NoTypeInformation.")]
    [InlineData("version:v1.0\na,b\n", "is not a header, because the next line has more columns. Delete this line.")]
    public async Task A_wrong_header_is_explained(string file, string expected)
    {
        var exception = await Assert.ThrowsAsync<Failure>(async () => await ReadAllAsync(Encoding.UTF8.GetBytes(file)));

        var fault = Assert.Single(exception.Faults);
        Assert.Contains(expected, fault.Detail, StringComparison.Ordinal);
        Assert.Equal($"Line 1: {fault.Detail} Nothing was changed.", exception.Message);
    }

    [Theory]
    [InlineData("email\na@x\nZo\u00EB\n", "latin1", 3L)]
    [InlineData("email\na@x\n", "utf-16", 1L)]
    [InlineData("email\na@x\n", "utf-16BE", 1L)]
    [InlineData("email\na@x\n", "utf-32", 1L)]
    public async Task Bytes_that_are_not_UTF8_are_refused(string text, string encoding, long line)
    {
        var bytes = Encoding.GetEncoding(encoding);
        foreach (var chunk in new[] { 1, int.MaxValue })
        {
            var rows = ImportFiles.ReadCsv(new ChunkedStream([.. bytes.Preamble, .. bytes.GetBytes(text)], chunk));
            Assert.Equal($"{line}! invalid_encoding", (await ImportFiles.DescribeAsync(rows))[^1]);
        }
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    public async Task A_file_in_UTF16_is_recognised_with_and_without_a_mark(string encoding, bool hasMark)
    {
        var bytes = Encoding.GetEncoding(encoding);
        byte[] file = [.. hasMark ? bytes.Preamble : [], .. bytes.GetBytes("email\na@x\n")];

        var exception = await Assert.ThrowsAsync<Failure>(() => ReadAllAsync(file));

        Assert.StartsWith("Line 1: The file is UTF-16", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_unknown_columns_are_named_at_once_up_to_a_limit()
    {
        var names = string.Join(',', Enumerable.Range(1, 10_000).Select(number => $"c{number}"));

        var exception = await Assert.ThrowsAsync<Failure>(() => ReadAllAsync(Encoding.UTF8.GetBytes($"{names}\na@x\n")));

        Assert.Contains("\"c1\", \"c2\", \"c3\"", exception.Message, StringComparison.Ordinal);
        Assert.Contains("\"c100\" and 9900 more", exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 0, 2000);
    }

    [Fact]
    public async Task A_header_of_a_megabyte_is_read()
    {
        var names = string.Join(';', Enumerable.Range(1, 100_000).Select(number => $"column {number}"));
        var file = $"{names};email\n{new string(';', 100_000)}a@x\n";

        Assert.Equal(["2: email=a@x"], await ImportFiles.ReadCsvAsync(file, 4096, ColumnMap.Parse(null, ignoresOthers: true)));
        Assert.Equal(["1! unknown_column"], await ImportFiles.ReadCsvAsync(file));
    }

    [Fact]
    public async Task Any_number_of_empty_lines_may_come_before_the_header()
    {
        using var file = new EndlessStream("", "\n", 10 * Megabyte);

        Assert.Equal(["file! empty_file"], await ImportFiles.DescribeAsync(ImportFiles.ReadCsv(file)));
    }

    [Fact]
    public async Task A_file_that_ends_within_a_character_is_refused()
    {
        var exception = await Assert.ThrowsAsync<Failure>(async () => await ReadAllAsync([.. "email\na@x"u8, 0xC3]));

        Assert.Equal(("invalid_encoding", 2L), (exception.Code, exception.Faults[0].Line));
    }

    [Theory]
    [InlineData("email,first_name\na@x,A\nb@x,\"", "x\n", "3! unclosed_quote")]
    [InlineData("email,first_name\na@x,A\n\"b\nc\",\"", "x\"\"\n", "4! unclosed_quote")]
    [InlineData("email\na@x\n", "x", "3! line_too_long")]
    [InlineData("", "x", "1! line_too_long")]
    [InlineData("email\n", ",", "2! line_too_long")]
    public async Task Reading_stops_early_in_a_record_without_end(string start, string piece, string expected)
    {
        using var file = new EndlessStream(start, piece, 100 * Megabyte);

        Assert.Equal(expected, (await ImportFiles.DescribeAsync(ImportFiles.ReadCsv(file)))[^1]);
        Assert.InRange(file.BytesRead, LongLine.MaxLength, 3 * LongLine.MaxLength);
    }

    [Fact]
    public async Task A_record_has_at_most_four_megabytes()
    {
        const string line = "a@x,";
        var fits = new string('x', LongLine.MaxLength - line.Length);

        Assert.Equal($"2: email=a@x first_name={fits}", Assert.Single(await ImportFiles.ReadCsvAsync($"email,first_name\n{line}{fits}\n")));
        Assert.Equal(["2! line_too_long"], await ImportFiles.ReadCsvAsync($"email,first_name\n{line}{fits}x\n"));
    }

    [Fact]
    public async Task Rows_are_read_only_on_demand()
    {
        const string line = "a@x,Ada,Lovelace,admin,A;B\n";
        using var file = new EndlessStream(Header, line, 1_000_000);
        var count = 0L;
        await foreach (var row in ImportFiles.ReadCsv(file))
        {
            count++;
            Assert.Equal(count + 1, row.Line);
            Assert.InRange(file.BytesRead - count * line.Length, 0, Megabyte);
        }

        Assert.Equal(1_000_000, count);
    }

    [Fact]
    public void Any_text_survives_a_quoted_cell() => Prop
        .ForAll(Texts().Two().ToArbitrary(), texts =>
        {
            var (first, last) = texts;
            var file = $"first_name,email,last_name\n{Quote(first)},a@x,{Quote(last)}\n,b@x,\n";

            var rows = ImportFiles.ReadCsv(new ChunkedStream(Encoding.UTF8.GetBytes(file), 7))
                .ToBlockingEnumerable().Cast<ImportUserRow>().ToList();

            Assert.Equal((NullIfBlank(first), NullIfBlank(last)), (rows[0].Texts[0].Value, rows[0].Texts[1].Value));
            Assert.Equal(3 + Breaks().Count(first) + Breaks().Count(last), rows[1].Line);
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_group_names_survive_a_cell() => Prop
        .ForAll(Texts().ListOf().ToArbitrary(), texts =>
        {
            var names = texts.Select(text => text.Trim()).Where(text => text.Length > 0).ToList();
            var cell = string.Join(';', names.Select(Escape));

            Assert.Equal(names, CsvRows.SplitNames(cell));
        })
        .QuickCheckThrowOnFailure();

    private static Gen<string> Texts() =>
        Gen.Elements('a', 'ß', '"', ',', ';', '\\', ' ', '\t', '\n', '\r', '=').ListOf().Select(characters => string.Concat(characters));

    private static string? NullIfBlank(string cell) => string.IsNullOrWhiteSpace(cell) ? null : cell;

    private static string Escape(string name) =>
        name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal);

    private static string Quote(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex Breaks();

    private static async Task ReadAllAsync(byte[] file)
    {
        await foreach (var _ in ImportFiles.ReadCsv(new MemoryStream(file)))
        {
        }
    }
}
