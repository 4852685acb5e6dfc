using CleanWorkspace.Application;
using CleanWorkspace.WebApi.Transfers;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

public sealed class ColumnMapTests
{
    private const string File = "Work Email,E-Mail,First Name,Job Title\na@x,b@x,A,Clerk\n";

    public static TheoryData<string?, bool, string[]> Maps => new()
    {
        { null, true, ["2: email=b@x first_name=A"] },
        { "*=", false, ["2: email=b@x first_name=A"] },
        { "Work Email=email;E-Mail=;Job Title=", false, ["2: email=a@x first_name=A"] },
        { " WORK_email = E-mail ; email= ; *=", false, ["2: email=a@x first_name=A"] },
        { "email=last_name;Work Email=email;Job Title=role", false, ["2: email=a@x first_name=A last_name=b@x role=Clerk"] },
        { "Job Title=", false, ["1! unknown_column"] },
        { "Work Email=email;*=", false, ["1! duplicate_column"] },
        { "Mail=email;*=", false, ["1! missing_column"] },
        { "E-Mail=;*=", false, ["1! missing_column"] },
        { "E-Mail=;Manager=", true, ["1! missing_column"] },
    };

    [Theory]
    [MemberData(nameof(Maps))]
    public async Task Columns_are_mapped_or_ignored(string? map, bool ignoresOthers, string[] expected) =>
        Assert.Equal(expected, await ImportFiles.ReadCsvAsync(File, columns: ColumnMap.Parse(map, ignoresOthers)));

    [Theory]
    [InlineData("Email (required)=email;Groups (example: Accounting\\;Marketing)=user_groups")]
    [InlineData("email(required)=email;GROUPS (example:Accounting\\;Marketing)=User Groups")]
    public async Task A_name_may_have_a_semicolon(string map) => Assert.Equal(
        ["2: email=a@x first_name=A groups=[B|C]"],
        await ImportFiles.ReadCsvAsync(
            "Email (required),First Name,Groups (example: Accounting;Marketing)\na@x,A,B;C\n", columns: ColumnMap.Parse(map, false)));

    [Fact]
    public async Task Rows_keep_their_rules_if_columns_are_ignored() => Assert.Equal(
        ["2: email=a@x", "3: blank", "4: blank", "5: !  wrong_cell_count", "6: ! 4 wrong_cell_count", "7: email=b@x"],
        await ImportFiles.ReadCsvAsync(
            "email,,Phone\na@x,x,+44\n,,\n,,+44\nb@x,\nb@x,,,x\nb@x,,,\n", columns: ColumnMap.Parse(null, true)));

    [Theory]
    [InlineData("", "The value has no entry.")]
    [InlineData(" ; ", "The value has no entry.")]
    [InlineData("Work Email", "The entry \"Work Email\" has no =.")]
    [InlineData("Work Email=mail", "\"mail\" is not a property. The properties are email, first_name, last_name, role, user_groups.")]
    [InlineData("=email", "The entry \"=email\" does not name a column.")]
    [InlineData("*=email", "* stands for all other columns.")]
    [InlineData("A=email;B=email", "The columns \"A\" and \"B\" are both mapped to email.")]
    [InlineData("Work Email=email;work_email=", "The column \"work_email\" is named twice.")]
    [InlineData("\u001b[31m=x\u202e", "\"x\uFFFD\" is not a property.")]
    public void A_wrong_map_is_explained(string map, string expected)
    {
        var failure = Assert.Throws<Failure>(() => ColumnMap.Parse(map, true));

        var fault = Assert.Single(failure.Faults);
        Assert.Equal(("invalid_columns", "columns"), (fault.Code, fault.Parameter));
        Assert.StartsWith(expected, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_of_many_entries_is_read_and_its_missing_columns_are_named_up_to_a_limit()
    {
        var map = ColumnMap.Parse(string.Join(';', Enumerable.Range(1, 10_000).Select(number => $"c{number}=")), false);

        var failure = await Assert.ThrowsAsync<Failure>(async () =>
            await ImportFiles.ReadCsv(new MemoryStream("email\na@x\n"u8.ToArray()), map).GetAsyncEnumerator().MoveNextAsync());

        Assert.Equal("missing_column", failure.Code);
        Assert.InRange(failure.Message.Length, 100, 2000);
        Assert.EndsWith("and 9900 more. Its columns: \"email\". Nothing was changed.", failure.Message, StringComparison.Ordinal);
    }
}
