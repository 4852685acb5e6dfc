using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Application.Users;

public sealed class ImportUsersTests
{
    private const string Id = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071";

    public static TheoryData<ImportRow, string[]> RefusedRows => new()
    {
        { new ImportUserRow(7), ["7  nothing_given"] },
        { new ImportUserRow(7) { Id = Id }, ["7  nothing_given"] },
        { new ImportGroupRow(7) { Id = Id }, ["7  nothing_given"] },
        { new ImportUserRow(7) { Email = "a b@x" }, ["7 email invalid_email"] },
        { new ImportUserRow(7) { Email = " " }, ["7 email required"] },
        { new ImportUserRow(7) { Email = "ada_example.org#ext#@example.onmicrosoft.com" }, ["7 email invalid_email"] },
        { new ImportUserRow(7) { Email = new string('a', 254) + "@x" }, ["7 email too_long"] },
        { new ImportUserRow(7) { Role = null, RoleAlias = "boss" }, ["7 role invalid_role", "7 _role invalid_role"] },
        { new ImportUserRow(7) { Role = "admin", RoleAlias = "guest" }, ["7 _role role_conflict"] },
        { new ImportUserRow(7) { UserGroups = new(null) }, ["7 user_groups required"] },
        { new ImportUserRow(7) { UserGroups = new(new string?[IdList.MaxCount + 1]) }, ["7 user_groups too_many"] },
        { new ImportUserRow(7) { UserGroups = new(["A", " "]) }, ["7 user_groups required"] },
        { new ImportUserRow(7) { UserGroups = new(["A", new string('a', 201), "\u0007"]) }, ["7 user_groups too_long"] },
        { new ImportUserRow(7) { Email = null, Teams = new(["A"]) }, ["7 teams unsupported"] },
        { new ImportUserRow(7) { Email = null, Id = null }, ["7 id invalid_id"] },
        { new ImportUserRow(7) { Email = null, Id = "1" }, ["7 id invalid_id"] },
        { new ImportUserRow(7) { Email = null, Id = "019a2b3c-4d5e-4f60-8a1b-2c3d4e5f6071" }, ["7 id invalid_id"] },
        { new ImportUserRow(7) { Email = null, Id = "019a2b3c-4d5e-7f60-ca1b-2c3d4e5f6071" }, ["7 id invalid_id"] },
        { new ImportUserRow(7) { Email = null, Id = "ffffffff-ffff-7f60-8a1b-2c3d4e5f6071" }, ["7 id invalid_id"] },
        {
            new ImportUserRow(7)
            {
                Id = "x",
                Email = "x",
                Texts = UserTexts("\u0007", new string('a', 151)),
                Role = "x",
                UserGroups = new(null),
                Teams = new(null),
            },
            [
                "7 id invalid_id", "7 email invalid_email", "7 first_name invalid_text", "7 last_name too_long", "7 role invalid_role",
                "7 user_groups required", "7 teams unsupported",
            ]
        },
        {
            new ImportGroupRow(7) { Id = "x", Name = " ", Texts = GroupTexts(new string('a', 257), "\u0007") },
            ["7 id invalid_id", "7 name required", "7 icon too_long", "7 description invalid_text"]
        },
        { new UnreadableRow(7, "resource", new Fault("unknown_resource", "…")), ["7 resource unknown_resource"] },
        { new ImportUserRow(7) { ReadingFaults = [new(7, "age", new Fault("unknown_property", "…"))] }, ["7 age unknown_property"] },
        {
            new ImportUserRow(7) { Email = "x", ReadingFaults = [new(7, "age", new Fault("unknown_property", "…"))] },
            ["7 age unknown_property", "7 email invalid_email"]
        },
    };

    [Theory]
    [MemberData(nameof(RefusedRows))]
    public async Task Every_fault_of_a_row_is_reported(ImportRow row, string[] expected)
    {
        var faults = (await CheckAsync(row)).Cast<RefusedRow>();

        Assert.Equal(expected, faults.Select(fault => $"{fault.Line} {fault.Column} {fault.Fault.Code}"));
    }

    [Fact]
    public async Task A_refused_row_does_not_affect_the_next()
    {
        var rows = await CheckAsync(new ImportUserRow(2) { Email = "x" }, new ImportUserRow(3) { Email = "a@x" });

        Assert.IsType<RefusedRow>(rows[0]);
        Assert.Equal((3L, "a@x"), (rows[1].Line, Assert.IsType<CheckedUser>(rows[1]).Email));
    }

    [Fact]
    public async Task The_values_of_a_user_are_normalised()
    {
        var user = Assert.IsType<CheckedUser>(Assert.Single(await CheckAsync(new ImportUserRow(2)
        {
            Id = Id.ToUpperInvariant(),
            Email = " Zoe\u0308@X ",
            Texts = UserTexts(" Zoe\u0308 ", " "),
            RoleAlias = " ADMIN ",
            UserGroups = new([" Cafe\u0301", "B", "Caf\u00E9"]),
            Teams = new([]),
        })));

        Assert.Equal((Guid.Parse(Id), true), (user.Id, user.IsIdGiven));
        Assert.Equal(("Zo\u00EB@X", "zo\u00EB@x"), (user.Email, user.FoldedEmail));
        Assert.Equal((new Optional<string?>("Zo\u00EB"), new Optional<string?>(null)), (user.Texts[0], user.Texts[1]));
        Assert.Equal(Role.Admin, user.Role);
        Assert.Equal(["Caf\u00E9", "B"], user.UserGroups.Value!);
    }

    [Fact]
    public async Task Absent_values_of_a_user_stay_absent()
    {
        var user = Assert.IsType<CheckedUser>(Assert.Single(await CheckAsync(new ImportUserRow(2) { Email = null })));

        Assert.False(user.IsIdGiven || user.Texts.AreAnyGiven || user.Role.IsGiven || user.UserGroups.IsGiven);
        Assert.Null(user.Email);
        Assert.Null(user.FoldedEmail);
    }

    [Fact]
    public async Task The_values_of_a_group_are_normalised()
    {
        var row = new ImportGroupRow(2) { Id = Id, Name = " A ", Texts = GroupTexts("", "a\n\tb ") };

        var group = Assert.IsType<CheckedGroup>(Assert.Single(await CheckAsync(row)));

        Assert.Equal((Guid.Parse(Id), true, "A"), (group.Id, group.IsIdGiven, group.Name));
        Assert.Equal((new Optional<string?>(null), new Optional<string?>("a\n\tb")), (group.Texts[0], group.Texts[1]));
    }

    [Fact]
    public async Task A_null_name_of_a_group_counts_as_absent() =>
        Assert.Null(Assert.IsType<CheckedGroup>(Assert.Single(await CheckAsync(new ImportGroupRow(2) { Id = Id, Name = null }))).Name);

    [Fact]
    public async Task Generated_ids_ascend_by_line_even_if_the_clock_stands_still()
    {
        var rows = await CheckAsync([.. Enumerable.Range(1, 1000).Select(line => new ImportUserRow(line) { Email = null })]);
        var ids = rows.Cast<CheckedUser>().Select(user => user.Id).ToList();

        Assert.Equal(ids.Order().Distinct(), ids);
        Assert.All(ids, id => Assert.Null(Uuid.CheckVersion7($"{id}", out _)));
    }

    [Fact]
    public async Task Rows_without_content_and_rows_without_an_address_are_counted()
    {
        var (rows, summary) = await ImportAsync(
            new BlankRow(2),
            new ImportUserRow(3) { Email = "a@x" },
            new ImportUserRow(4) { Texts = UserTexts("Ada", null) },
            new ImportUserRow(5) { Email = null },
            new ImportUserRow(6) { Email = null, Id = Id },
            new ImportUserRow(7) { Email = null, Role = "x" },
            new ImportGroupRow(8) { Name = "A" },
            new BlankRow(9),
            new BlankRow(10));

        Assert.Equal([3L, 4, 5, 6, 7, 8], rows.Select(row => row.Line));
        Assert.Equal((3, 2), (summary.Blank, summary.WithoutEmail));
    }

    [Fact]
    public async Task The_wrong_name_of_a_list_is_found_by_its_position()
    {
        var row = Assert.Single(await CheckAsync(new ImportUserRow(2) { UserGroups = new(["A", "\u0007"]) }));

        Assert.StartsWith("Group 2: Must not", Assert.IsType<RefusedRow>(row).Fault.Detail, StringComparison.Ordinal);
    }

    // By column name, so that a new column does not change the tests.
    private static TextValues UserTexts(string? firstName, string? lastName) =>
        Texts(ImportColumns.Users, ("first_name", firstName), ("last_name", lastName));

    private static TextValues GroupTexts(string? icon, string? description) =>
        Texts(ImportColumns.Groups, ("icon", icon), ("description", description));

    private static TextValues Texts(IEnumerable<TextColumn> columns, params (string Column, string? Text)[] given)
    {
        var texts = given.ToDictionary(text => text.Column, text => new Optional<string?>(text.Text));
        return new TextValues([.. columns.Select(column => texts.GetValueOrDefault(column.Name))]);
    }

    private static async Task<List<CheckedRow>> CheckAsync(params ImportRow[] rows) => (await ImportAsync(rows)).Rows;

    private static async Task<(List<CheckedRow> Rows, ImportSummary Summary)> ImportAsync(params ImportRow[] rows)
    {
        var found = new List<CheckedRow>();
        var db = new UnreachableDatabase
        {
            Import = async given =>
            {
                await foreach (var row in given)
                {
                    found.Add(row);
                }

                return new ImportSummary
                {
                    Applied = true,
                    DryRun = false,
                    Created = 0,
                    Updated = 0,
                    Unchanged = 0,
                    Deleted = 0,
                    Merged = 0,
                    Refused = 0,
                    GroupsCreated = 0,
                    GroupsUpdated = 0,
                    GroupsUnchanged = 0,
                    MembershipsAdded = 0,
                    MembershipsRemoved = 0,
                    Seconds = 0,
                    Blank = 0,
                    WithoutEmail = 0,
                    Faults = [],
                    FaultsOmitted = 0,
                };
            },
        };
        var request = new UsersImportRequest(rows.ToAsyncEnumerable(), new ImportOptions(false, false, false), null!);
        return (found, await UseCases.SendAsync(db, request, new StoppedClock(DateTimeOffset.UnixEpoch.AddYears(60))));
    }
}
