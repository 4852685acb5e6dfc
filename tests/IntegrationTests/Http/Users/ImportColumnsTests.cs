using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

/// <summary>The columns and rows of imported CSV files, and the groups of faults in the report.</summary>
public sealed class ImportColumnsTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Ndjson = "application/x-ndjson";

    public static TheoryData<string, string, string, string> HostileFiles => new()
    {
        { string.Join(',', Enumerable.Range(1, 10_000)) + "\na@example.org\n", "", "unknown_column", "\"100\" and 9900 more" },
        { new string('x', 1_000_000) + "\na@example.org\n", "", "unknown_column", "Unknown column: \"xxx" },
        { new string(',', 1_000_000) + "x\na@example.org\n", "columns=*=", "missing_column", "The column email is missing." },
        { "email,EMAIL\na@example.org,b@example.org\n", "", "duplicate_column", "\"email\" and \"EMAIL\" both have the property email" },
        { "Mail,E_mail\na@example.org,b@example.org\n", "columns=mail=email", "duplicate_column", "\"Mail\" and \"E_mail\"" },
        { "email,Work\na@example.org,b@example.org\n", "columns=Home=first_name;Work=;Away=", "missing_column", "\"Home\", \"Away\". Its" },
        { "\"email\na@example.org\n", "", "unclosed_quote", "never closed" },
        { "em\"ail,first_name\na@example.org,A\n", "", "invalid_csv", "has a quote" },
        { "email,first\0name\na@example.org,A\n", "ignore_other_columns=true", "invalid_encoding", "NUL" },
        { "e\0m\0a\0i\0l\0", "", "invalid_encoding", "UTF-16" },
        { "email,\u001b[31m\u202e\na@example.org,A\n", "", "unknown_column", "\"\uFFFD[31m\uFFFD\"" },
        { "version:v1.0\nemail,first_name\na@example.org,A\n", "", "missing_header", "Delete this line." },
        { "#TYPE X.Y\n\"email\",\"first_name\"\n\"a@example.org\",\"A\"\n", "", "missing_header", "-NoTypeInformation" },
        { "sep=^\nemail^first_name\n", "", "invalid_csv", "commas, semicolons or tabs" },
    };

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => service.MustCountRightAsync("after an import");

    [Theory]
    [InlineData("email,first_name\na@x.org,Ada\n,\n", 1)]
    [InlineData("email,first_name\na@x.org,Ada\n \t", 1)]
    [InlineData(",,\nemail,first_name,\n\n,,\na@x.org,Ada,\n\"\",\u00A0,,,,\n", 2)]
    public async Task Rows_without_content_are_passed_over_and_counted(string file, int blank)
    {
        var summary = (await service.ImportAsync(file)).MustBe(200).Lines[^1];

        Assert.Equal("1 0 " + blank, $"{summary["created"]} {summary["refused"]} {summary["blank"]}");
    }

    [Fact]
    public async Task Many_rows_without_content_refuse_nothing()
    {
        var file = $"email,first_name\na@x.org,Ada\n{string.Concat(Enumerable.Repeat(",\r\n", 1_247))}";

        var answer = (await service.ImportAsync(file)).MustBe(200);

        Assert.Equal(1_247, (int)Assert.Single(answer.Lines)["blank"]!);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task Content_without_a_column_is_refused_with_its_line_and_number()
    {
        var answer = await service.ImportAsync("email,,first_name,\na@x.org,,A,,,\nb@x.org,x,B,\nc@x.org,,C,,,x\n,Sales,,\n");

        Assert.Equal(
            ["3 2 unnamed_column", "4 6 wrong_cell_count", "5 2 unnamed_column"],
            answer.MustBe(422).Lines.SkipLast(1).Select(fault => $"{fault["line"]} {fault["column"]} {fault["code"]}"));
        Assert.StartsWith("Cell 2 has content", (string)answer.Lines[0]["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("Email,First Name,Last Name\na@x.org,Ada,Byron\n", "")]
    [InlineData("last-name;E-MAIL;firstName\nByron;a@x.org;Ada\n", "")]
    [InlineData("LAST_NAME\tE Mail\tfirst name\nByron\ta@x.org\tAda\n", "")]
    [InlineData("sep=;\r\nemail;first_name;last_name\r\na@x.org;Ada;Byron\r\n", "")]
    [InlineData("\uFEFF\"Email\";\"First Name\";\"Last Name\"\n\"a@x.org\";\"Ada\";\"Byron\"\n", "")]
    [InlineData("Email,First Name,Last Name,Phone,\na@x.org,Ada,Byron,+441632960001,x\n", "ignore_other_columns=true")]
    [InlineData("Email,First Name,Last Name,Phone\na@x.org,Ada,Byron,+441632960001\n", "columns=*=")]
    [InlineData("Email,First Name,Last Name,Phone\na@x.org,Ada,Byron,+441632960001\n", "columns=phone=")]
    [InlineData("Work Email,Email,A=B,C;D\na@x.org,b@x.org,Ada,Byron\n", "columns=Work+Email=email;Email=;A=B=first_name;C%5C;D=last_name")]
    [InlineData("Work Email,Given,Surname,X\na@x.org,Ada,Byron,\n", "columns=work_email=email;given=FIRST-NAME;Surname=last_name;*=")]
    public async Task Columns_are_found_by_their_names(string file, string query)
    {
        (await service.ImportAsync(file, query)).MustBe(200);

        var user = Assert.Single((await service.GetAsync("/user")).Json["results"]!.AsArray())!;
        Assert.Equal("a@x.org Ada Byron", $"{user["email"]} {user["first_name"]} {user["last_name"]}");
    }

    [Fact]
    public async Task All_unknown_columns_are_named_at_once()
    {
        var answer = await service.ImportAsync("Email,Department,Employee ID,First Name\na@x.org,x,1,Ada\n", "partial=true");

        var error = Assert.Single(answer.MustBe(400).Json["errors"]!.AsArray())!;
        Assert.Equal(("unknown_column", 1), ((string)error["code"]!, (int)error["line"]!));
        Assert.StartsWith("Unknown columns: \"Department\", \"Employee ID\". Known", (string)error["detail"]!, StringComparison.Ordinal);
        Assert.Contains("ignore_other_columns", (string)error["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HostileFiles))]
    public async Task A_hostile_file_is_refused_with_a_short_explanation_and_changes_nothing(
        string file, string query, string code, string detail)
    {
        var answer = (await service.ImportAsync(file, $"partial=true&{query}")).MustBe(400);

        Assert.Equal(code, (string)answer.Json["code"]!);
        Assert.Contains(detail, (string)answer.Json["detail"]!, StringComparison.Ordinal);
        Assert.InRange(answer.Text.Length, 0, 5_000);
        Assert.Equal(0, await service.CountAsync("/user"));
        Assert.Equal(0, await service.CountAsync("/auth/audit"));
    }

    [Theory]
    [InlineData("columns=", "invalid_text")]
    [InlineData("columns=a=email&columns=b=role", "invalid_text")]
    [InlineData("columns=a", "invalid_columns")]
    [InlineData("columns=;", "invalid_columns")]
    [InlineData("columns=a=phone", "invalid_columns")]
    [InlineData("columns=a=email;b=email", "invalid_columns")]
    [InlineData("columns=a=email;A=role", "invalid_columns")]
    [InlineData("columns=*=email", "invalid_columns")]
    public async Task A_wrong_parameter_for_columns_is_refused(string query, string code)
    {
        var answer = (await service.ImportAsync("email\na@x.org\n", query)).MustRefuseParameters("columns");

        Assert.Equal(code, (string)answer.Json["code"]!);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("columns=a=email", "columns")]
    [InlineData("columns=*=", "columns")]
    [InlineData("ignore_other_columns=true", "ignore_other_columns")]
    [InlineData("ignore_other_columns=true&columns=a=email", "columns,ignore_other_columns")]
    public async Task A_parameter_for_columns_of_a_file_without_columns_is_refused(string query, string names)
    {
        var answer = (await service.ImportAsync("""{"email": "a@x.org"}""", query, Ndjson)).MustRefuseParameters(names.Split(','));

        Assert.Equal("csv_only", (string)answer.Json["code"]!);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_map_with_very_many_entries_is_refused()
    {
        var entries = string.Join(';', Enumerable.Range(1, 900).Select(number => $"c{number}="));

        (await service.ImportAsync("email\na@x.org\n", $"columns={entries}")).MustRefuseParameters("columns");
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("text/csv", "email,user_groups\na@x.org,Here;Board\nb@x.org,Board;Twice\n")]
    [InlineData(
        Ndjson,
        """

        {"email": "a@x.org", "user_groups": ["Here", "Board"]}
        {"email": "b@x.org", "user_groups": ["Board", "Twice"]}
        """)]
    public async Task A_group_that_is_not_found_is_named(string mediaType, string file)
    {
        const string advice = "Create it first, or import with create_groups=true (command: --create-groups).";
        await service.CreateGroupAsync(new { name = "Here" });
        await service.CreateGroupAsync(new { name = "Twice" });
        await service.CreateGroupAsync(new { name = "Twice" });

        var answer = (await service.ImportAsync(file, mediaType: mediaType)).MustBe(422);

        Assert.Equal(
            [
                $"2 The group \"Board\" does not exist. {advice}",
                "3 Several groups have the name \"Twice\". Give the id of the group.",
                $"3 The group \"Board\" does not exist. {advice}",
            ],
            answer.Lines.SkipLast(1).Select(fault => $"{fault["line"]} {fault["detail"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_line_of_a_group_that_is_not_found_names_it()
    {
        await service.CreateGroupAsync(new { name = "Twice" });
        await service.CreateGroupAsync(new { name = "Twice" });

        var answer = (await service.ImportAsync(
            """
            {"resource": "user_groups", "name": "Board"}
            {"resource": "user_groups", "name": "Twice"}
            """,
            mediaType: Ndjson)).MustBe(422);

        Assert.Equal(
            ["unknown_user_group The group \"Board\" does not", "ambiguous_user_group Several groups have the name \"Twice\"."],
            answer.Lines.SkipLast(1).Select(fault => $"{fault["code"]} {fault["detail"]}"),
            (expected, actual) => actual.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/csv", "email,user_groups\n", "{0}@x.org,Board\n", 2)]
    [InlineData(Ndjson, "", "{\"email\":\"{0}@x.org\",\"user_groups\":[\"Board\"]}\n", 1)]
    public async Task Rows_with_the_same_fault_are_one_group_in_the_summary(string mediaType, string header, string row, int firstLine)
    {
        var rows = Enumerable.Range(1, 5_000).Select(number => row.Replace("{0}", $"{number}", StringComparison.Ordinal));
        var wrong = row.Replace("{0}", "@", StringComparison.Ordinal);

        var answer = (await service.ImportAsync(header + string.Concat(rows) + wrong, mediaType: mediaType)).MustBe(422);

        Assert.Equal(5_002, answer.Lines.Count);
        var groups = answer.Lines[^1]["faults"]!.AsArray();
        Assert.Equal(
            ["unknown_user_group user_groups 5000", "invalid_email email 1"],
            groups.Select(group => $"{group!["code"]} {group["column"]} {group["rows"]}"));
        Assert.Equal(Enumerable.Range(firstLine, 10), groups[0]!["lines"]!.AsArray().Select(line => (int)line!));
        Assert.StartsWith(
            "The group \"Board\" does not exist.", (string)Assert.Single(groups[0]!["details"]!.AsArray())!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_lists_at_most_100_000_faults_and_counts_all()
    {
        var answer = (await service.ImportAsync($"email\n{string.Concat(Enumerable.Repeat("x\n", 100_001))}")).MustBe(422);

        var lines = answer.Lines;
        Assert.Equal(100_001, lines.Count);
        var summary = lines[^1];
        Assert.Equal(
            "100001 1 100001", $"{summary["refused"]} {summary["faults_omitted"]} {summary["faults"]![0]!["rows"]}");
    }

    [Fact]
    public async Task New_users_without_an_address_are_counted()
    {
        const string File = "email,first_name\na@x.org,Ada\n,Grace\n,Alan\n,\n";

        var summary = (await service.ImportAsync(File, "dry_run=true")).MustBe(200).Lines[^1];
        Assert.Equal("3 2 1", $"{summary["created"]} {summary["without_email"]} {summary["blank"]}");
        await service.ImportAsync(File);
        await service.ImportAsync(File);

        Assert.Equal(5, await service.CountAsync("/user"));
        var line = $"{{\"id\":\"{Bodies.UnknownId}\",\"first_name\":\"Emmy\"}}\n{{\"first_name\":\"Emmy\"}}\n";
        Assert.Equal(1, (int)(await service.ImportAsync(line, mediaType: Ndjson)).MustBe(200).Lines[^1]["without_email"]!);
    }
}
