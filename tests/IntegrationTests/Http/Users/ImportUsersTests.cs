using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Users;

public sealed class ImportUsersTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Address = "/user/import";
    private const string Ndjson = "application/x-ndjson";

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync() => service.MustCountRightAsync("after an import");

    [Fact]
    public async Task A_property_with_NUL_in_its_name_is_refused_as_unknown()
    {
        var report = await service.ImportAsync("""{"email":"ada@example.org","a\u0000b":1}""", mediaType: "application/x-ndjson");

        var refusal = report.MustBe(422).Lines[0];
        Assert.Equal(("a\uFFFDb", "unknown_property"), ((string)refusal["column"]!, (string)refusal["code"]!));
    }

    [Fact]
    public async Task Users_are_created_updated_or_unchanged_as_the_file_says()
    {
        var group = await service.CreateGroupAsync(new { name = "Analysts" });
        var ada = await service.CreateUserAsync(new { email = "ada@example.org", first_name = "Ada", role = "editor" });
        var same = await service.CreateUserAsync(new { email = "grace@example.org", last_name = "Hopper" });

        var answer = await service.ImportAsync(
            """
            email,last_name,user_groups
            ADA@example.org,Lovelace,Analysts
            grace@example.org,Hopper,
            alan@example.org,Turing,Analysts
            """);

        Counts(answer.MustBe(200), created: 1, updated: 1, unchanged: 1);
        var changed = await service.ReadUserAsync(ada.Id());
        Assert.Equal(
            "Ada Lovelace ada@example.org editor",
            $"{changed["first_name"]} {changed["last_name"]} {changed["email"]} {changed["role"]}");
        Assert.Equal([group.Id()], changed.Ids("user_groups"));
        (await service.ReadUserAsync(same.Id())).MustEqual(same);
        var alan = (await service.GetAsync("/user?email=alan@example.org")).MustBe(200).Json["results"]![0]!.AsObject();
        Assert.Equal(("Turing", "viewer"), ((string?)alan["last_name"], (string?)alan["role"]));
        Assert.Equal(2, (await service.ReadGroupAsync(group.Id())).Ids("users").Length);
    }

    [Fact]
    public async Task Users_and_groups_can_be_imported_as_resources()
    {
        var group = await service.CreateGroupAsync(new { name = "Analysts" });

        var answer = await service.ImportAsync(
            $$"""
            {"resource": "user_groups", "name": "Analysts", "icon": "chart"}
            {"resource": "users", "email": "ada@example.org", "role": "EDITOR", "user_groups": ["{{group.Id()}}"], "teams": []}
            {"email": "alan@example.org", "user_groups": ["Analysts"]}
            """,
            mediaType: "application/x-ndjson; charset=utf-8");

        var summary = Counts(answer.MustBe(200), created: 2);
        Assert.Equal((0, 1, 0), ((int)summary["groups_created"]!, (int)summary["groups_updated"]!, (int)summary["groups_unchanged"]!));
        var read = await service.ReadGroupAsync(group.Id());
        Assert.Equal("chart", (string?)read["icon"]);
        Assert.Equal(2, read.Ids("users").Length);
    }

    [Fact]
    public async Task The_user_with_the_email_keeps_its_id_unless_the_given_id_is_that_of_a_user_or_a_group()
    {
        var ada = await service.CreateUserAsync(new { email = "ada@example.org" });
        var alan = await service.CreateUserAsync(new { email = "alan@example.org" });
        var grace = await service.CreateUserAsync(new { email = "grace@example.org" });
        var emmy = await service.CreateUserAsync(new { email = "emmy@example.org" });
        var group = await service.CreateGroupAsync(new { name = "Analysts" });

        var answer = await service.ImportAsync(
            $$"""
            {"id": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "email": "ADA@example.org", "first_name": "Ada"}
            {"id": "{{emmy.Id()}}", "email": "alan@example.org", "first_name": "Ada"}
            {"id": "{{group.Id()}}", "email": "grace@example.org", "first_name": "Ada"}
            {"resource": "user_groups", "id": "{{grace.Id()}}", "name": "Analysts", "description": "Ada's"}
            {"id": "{{ada.Id()}}", "email": "new@example.org", "first_name": "Ada"}
            """,
            "partial=true",
            "application/x-ndjson");

        Assert.Equal(
            ["2 email email_taken", "3 id id_taken", "4 id id_taken", "5 id duplicate_id"],
            answer.MustBe(200).Lines.SkipLast(1).Select(fault => $"{fault["line"]} {fault["column"]} {fault["code"]}"));
        Assert.Equal("Ada", (string?)(await service.ReadUserAsync(ada.Id()))["first_name"]);
        Assert.Equal("ada@example.org", (string?)(await service.ReadUserAsync(ada.Id()))["email"]);
        Assert.Null((string?)(await service.ReadUserAsync(alan.Id()))["first_name"]);
        Assert.Null((string?)(await service.ReadUserAsync(emmy.Id()))["first_name"]);
        Assert.Null((string?)(await service.ReadUserAsync(grace.Id()))["first_name"]);
        Assert.Null((string?)(await service.ReadGroupAsync(group.Id()))["description"]);
    }

    [Fact]
    public async Task A_line_with_the_id_changes_the_email_and_keeps_everything_else()
    {
        var group = await service.CreateGroupAsync(new { name = "Analysts" });
        var ada = await service.CreateUserAsync(
            new { email = "ada@example.org", first_name = "Ada", role = "editor", user_groups = new[] { group.Id() } });
        var bob = await service.CreateUserAsync(new { first_name = "Bob" });
        var same = await service.CreateUserAsync(new { email = "same@example.org" });
        var alan = await service.CreateUserAsync(new { email = "alan@example.org" });

        var answer = await service.ImportAsync(
            $$"""
            {"id": "{{ada.Id()}}", "email": "countess@example.org"}
            {"id": "{{bob.Id()}}", "email": "bob@example.org"}
            {"id": "{{same.Id()}}", "email": "same@example.org"}
            {"id": "{{alan.Id()}}", "email": "Alan@example.org"}
            """,
            mediaType: Ndjson);

        Counts(answer.MustBe(200), updated: 3, unchanged: 1);
        var changed = await service.ReadUserAsync(ada.Id());
        Assert.Equal("countess@example.org", (string?)changed["email"]);
        changed.Without("email", "updated_at").MustEqual(ada.Without("email", "updated_at"));
        Assert.Equal([ada.Id()], await service.ReadIdsAsync("/user?email=COUNTESS@example.org"));
        Assert.Empty(await service.ReadIdsAsync("/user?email=ada@example.org"));
        Assert.Equal([bob.Id()], await service.ReadIdsAsync("/user?email=bob@example.org"));
        Assert.Equal("Alan@example.org", (string?)(await service.ReadUserAsync(alan.Id()))["email"]);
        (await service.ReadUserAsync(same.Id())).MustEqual(same);
        await MustBeAuditedAsync(ada, "ada@example.org", "countess@example.org");
    }

    [Fact]
    public async Task Users_can_exchange_their_emails_in_one_file()
    {
        var users = new List<JsonObject>();
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            users.Add(await service.CreateUserAsync(new { email = $"{name}@example.org" }));
        }

        // Two swap, and the third takes the address that the fourth gives up.
        string[] emails = ["b@example.org", "a@example.org", "d@example.org", "e@example.org"];
        var file = string.Join('\n', users.Zip(emails, (user, email) => $$"""{"id":"{{user.Id()}}","email":"{{email}}"}"""));

        Counts((await service.ImportAsync(file, "dry_run=true", Ndjson)).MustBe(200), updated: 4, isApplied: false);
        Counts((await service.ImportAsync(file, mediaType: Ndjson)).MustBe(200), updated: 4);

        foreach (var (user, email) in users.Zip(emails))
        {
            Assert.Equal(email, (string?)(await service.ReadUserAsync(user.Id()))["email"]);
            Assert.Equal([user.Id()], await service.ReadIdsAsync($"/user?email={email}"));
            await MustBeAuditedAsync(user, (string)user["email"]!, email);
        }

        Counts((await service.ImportAsync(file, mediaType: Ndjson)).MustBe(200), unchanged: 4);
    }

    [Fact]
    public async Task An_email_is_refused_if_its_user_keeps_it_or_has_a_refused_line()
    {
        var users = new List<JsonObject>();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            users.Add(await service.CreateUserAsync(new { email = $"{name}@example.org" }));
        }

        var answer = await service.ImportAsync(
            $$"""
            {"id": "{{users[0].Id()}}", "email": "b@example.org"}
            {"id": "{{users[1].Id()}}", "email": "c@example.org"}
            {"id": "{{users[2].Id()}}", "email": "f@example.org", "user_groups": ["Nowhere"]}
            {"id": "{{users[3].Id()}}", "email": "e@example.org"}
            {"id": "{{users[4].Id()}}", "first_name": "Emmy"}
            """,
            "partial=true",
            Ndjson);

        Counts(answer.MustBe(200), updated: 1, refused: 4);
        Assert.Equal(
            [
                (1, "email", "email_taken"), (2, "email", "email_taken"), (3, "user_groups", "unknown_user_group"),
                (4, "email", "email_taken"),
            ],
            Faults(answer));
        foreach (var user in users)
        {
            Assert.Equal((string?)user["email"], (string?)(await service.ReadUserAsync(user.Id()))["email"]);
        }
    }

    [Theory]
    [InlineData("10000000-0000-7000-8000-000000000001")]
    [InlineData("00000000-0000-7000-8000-000000000001")]
    [InlineData(null)]
    public async Task The_time_of_change_is_the_time_of_the_import_whatever_time_the_id_has(string? id)
    {
        var idOfGroup = id?.Replace("0001", "0002", StringComparison.Ordinal);
        var before = (DateTime)(await service.ExecuteAsync("SELECT clock_timestamp()"))!;

        (await service.ImportAsync(
            $$"""
            {{{(id is null ? "" : $"\"id\":\"{id}\",")}}"email":"ada@example.org"}
            {"resource":"user_groups",{{(id is null ? "" : $"\"id\":\"{idOfGroup}\",")}}"name":"Analysts"}
            """,
            "create_groups=true",
            Ndjson)).MustBe(200);

        foreach (var path in new[] { "/user", "/auth/group" })
        {
            var row = (await service.GetAsync(path)).MustBe(200).Json["results"]![0]!.AsObject();
            var created = DateTimeOffset.Parse((string)row["created_at"]!, null);
            Assert.InRange(row.UpdatedAt(), before, DateTimeOffset.UtcNow.AddSeconds(1));
            Assert.Equal(id?.StartsWith('0') == true ? 1970 : DateTimeOffset.UtcNow.Year, created.Year);
            // The resource can be sent back as it was read.
            (await service.PatchAsync($"{path}/{row.Id()}", row)).MustBe(200).Json.MustEqual(row);
        }
    }

    [Fact]
    public async Task One_refused_row_prevents_the_whole_import_and_every_fault_is_named()
    {
        var answer = await service.ImportAsync(
            """
            email,role,user_groups
            ada@example.org,viewer,
            nobody,owner,
            alan@example.org
            ADA@EXAMPLE.ORG,viewer,
            grace@example.org,viewer,Nowhere
            """);

        Counts(answer.MustBe(422), created: 1, refused: 4, isApplied: false);
        Assert.Equal(
            [
                (3, "email", "invalid_email"), (3, "role", "invalid_role"), (4, null, "wrong_cell_count"),
                (5, "email", "duplicate_email"), (6, "user_groups", "unknown_user_group"),
            ],
            Faults(answer));
        Assert.Equal(0, await service.CountAsync("/user"));
        Assert.Equal(0, await service.CountAsync("/auth/audit"));
    }

    [Theory]
    [InlineData("ada@example.org\u200b")]
    [InlineData("\ufeffada@example.org")]
    [InlineData("<ada@example.org>")]
    [InlineData("ada7@example.org;Ada")]
    [InlineData("ada@example..org")]
    [InlineData("ada@.")]
    public async Task A_row_with_an_invalid_email_is_refused_in_both_formats(string email)
    {
        foreach (var (file, mediaType) in new[]
        {
            ($"email\nfirst@example.org\n{email}\n", "text/csv"),
            ($$"""{"email":"first@example.org"}{{'\n'}}{"email":"{{email}}"}""", Ndjson),
        })
        {
            var answer = await service.ImportAsync(file, mediaType: mediaType);

            Counts(answer.MustBe(422), created: 1, refused: 1, isApplied: false);
            var line = mediaType == Ndjson ? 2 : 3;
            Assert.Equal([(line, "email", "invalid_email")], Faults(answer));
        }
    }

    [Fact]
    public async Task A_byte_order_mark_inside_a_file_is_named()
    {
        var answer = await service.ImportAsync("email\na@x.example\n\ufeffb@x.example\n");

        Assert.Equal([(3, "email", "invalid_email")], Faults(answer.MustBe(422)));
        Assert.Contains("U+FEFF", (string)answer.Lines[0]["detail"]!, StringComparison.Ordinal);
        Counts((await service.ImportAsync("\ufeffemail\na@x.example\n")).MustBe(200), created: 1);
    }

    [Theory]
    [InlineData("jana@bücher.example", "jana@xn--bcher-kva.example")]
    [InlineData("jana@xn--bcher-kva.example", "JANA@BÜCHER\u3002example.")]
    [InlineData("ada@example.org", "ada@example.org.")]
    public async Task A_user_is_found_by_every_spelling_of_its_domain(string stored, string given)
    {
        var user = await service.CreateUserAsync(new { email = stored });

        var csv = await service.ImportAsync($"email,first_name\n{given},Ada\n");
        var ndjson = await service.ImportAsync($$"""{"email":"{{given}}","last_name":"L"}""", mediaType: Ndjson);
        var twice = await service.ImportAsync($"email\n{given}\n{stored}\n");

        Counts(csv.MustBe(200), updated: 1);
        Counts(ndjson.MustBe(200), updated: 1);
        Assert.Equal([(3, "email", "duplicate_email")], Faults(twice.MustBe(422)));
        var changed = await service.ReadUserAsync(user.Id());
        Assert.Equal($"{stored} Ada L", $"{changed["email"]} {changed["first_name"]} {changed["last_name"]}");
    }

    [Fact]
    public async Task Names_in_a_file_are_trimmed_of_invisible_characters()
    {
        var group = await service.CreateGroupAsync(new { name = "Board" });

        await service.ImportAsync("email,first_name,last_name,user_groups\nada@example.org,\u200b,Love\u200b,Board\u200b\n");

        var user = (await service.GetAsync("/user?email=ada@example.org")).MustBe(200).Json["results"]![0]!.AsObject();
        Assert.Null((string?)user["first_name"]);
        Assert.Equal("Love", (string?)user["last_name"]);
        Assert.Equal([group.Id()], user.Ids("user_groups"));
    }

    [Fact]
    public async Task A_partial_import_applies_the_good_rows()
    {
        var answer = await service.ImportAsync("email\nada@example.org\nnobody\nalan@example.org\n", "partial=true");

        Counts(answer.MustBe(200), created: 2, refused: 1);
        Assert.Equal([(3, "email", "invalid_email")], Faults(answer));
        Assert.Equal(2, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("email\nada@example.org\nalan@example.org\n", 0)]
    [InlineData("email\nada@example.org\nnobody\nalan@example.org\n", 1)]
    public async Task A_dry_run_changes_nothing_and_reports_the_same_counts(string file, int refused)
    {
        var answer = await service.ImportAsync(file, "dry_run=true");

        Assert.True((bool)Counts(answer.MustBe(200), created: 2, refused: refused, isApplied: false)["dry_run"]!);
        Assert.Equal(0, await service.CountAsync("/user"));
        Assert.Equal(0, await service.CountAsync("/auth/audit"));
    }

    [Fact]
    public async Task Unknown_groups_are_created_on_request()
    {
        var answer = await service.ImportAsync(
            "email,user_groups\nada@example.org,Analysts;Poets\nalan@example.org,Poets\n", "create_groups=true");

        Assert.Equal(2, (int)Counts(answer.MustBe(200), created: 2)["groups_created"]!);
        var poets = (await service.GetAsync("/auth/group?name=Poets")).MustBe(200).Json["results"]![0]!.AsObject();
        Assert.Equal(2, poets.Ids("users").Length);
    }

    [Theory]
    [InlineData("", 2, 3)]
    [InlineData("user_groups=replace", 2, 3)]
    [InlineData("user_groups=add", 2, 0)]
    public async Task Memberships_that_begin_and_end_are_counted_also_in_a_dry_run(string mode, int added, int removed)
    {
        string[] groups = [(await CreateGroupAsync("Analysts")), (await CreateGroupAsync("Poets"))];
        var ada = await service.CreateUserAsync(new { email = "ada@example.org", user_groups = groups });
        var alan = await service.CreateUserAsync(new { email = "alan@example.org", user_groups = groups[..1] });
        const string File = "email,user_groups\nada@example.org,\nalan@example.org,Poets\ngrace@example.org,Poets\n";

        var planned = (await service.ImportAsync(File, $"dry_run=true&{mode}")).MustBe(200).Lines[^1];
        Assert.Equal([groups[0]], (await service.ReadUserAsync(alan.Id())).Ids("user_groups"));
        var applied = (await service.ImportAsync(File, mode)).MustBe(200).Lines[^1];

        Assert.Equal((added, removed), Memberships(planned));
        Assert.Equal((added, removed), Memberships(applied));
        Assert.Equal(removed == 0 ? groups : [], (await service.ReadUserAsync(ada.Id())).Ids("user_groups"));
        Assert.Equal(removed == 0 ? groups : groups[1..], (await service.ReadUserAsync(alan.Id())).Ids("user_groups"));
        Assert.Equal((0, 0), Memberships((await service.ImportAsync(File, mode)).MustBe(200).Lines[^1]));
        var audited = (await service.GetAsync("/auth/audit?page_size=200")).Json["results"]!.AsArray()
            .Last(entry => (string)entry!["resource"]! == "imports")!["changes"]!;
        Assert.Equal(
            $"{added} {removed}", $"{audited["memberships_added"]!["to"]} {audited["memberships_removed"]!["to"]}");

        async Task<string> CreateGroupAsync(string name) => (await service.CreateGroupAsync(new { name })).Id();
    }

    [Fact]
    public async Task Groups_of_ndjson_rows_can_be_added()
    {
        var poets = (await service.CreateGroupAsync(new { name = "Poets" })).Id();
        var ada = await service.CreateUserAsync(new { email = "ada@example.org", user_groups = new[] { poets } });

        var answer = await service.ImportAsync(
            """
            {"resource": "user_groups", "name": "Analysts"}
            {"email": "ada@example.org", "user_groups": ["Analysts"]}
            """,
            "create_groups=true&user_groups=add",
            Ndjson);

        Assert.Equal((1, 0), Memberships(Counts(answer.MustBe(200), updated: 1)));
        Assert.Equal(2, (await service.ReadUserAsync(ada.Id())).Ids("user_groups").Length);
    }

    [Fact]
    public async Task A_refused_group_is_not_created_by_its_name()
    {
        var user = await service.CreateUserAsync(new { email = "there@example.org" });
        var there = await service.CreateGroupAsync(new { name = "There" });

        var answer = await service.ImportAsync(
            $$"""
            {"resource": "user_groups", "name": " Long ", "icon": "{{new string('x', 300)}}"}
            {"resource": "user_groups", "id": "{{user.Id()}}", "name": "Taken"}
            {"resource": "user_groups", "name": "There", "users": []}
            {"resource": "user_groups", "name": "Twice", "users": []}
            {"resource": "user_groups", "name": "Twice", "icon": "chart"}
            {"email": "a@example.org", "user_groups": ["Free", "Long"]}
            {"email": "b@example.org", "user_groups": ["Taken"]}
            {"email": "c@example.org", "user_groups": ["There", "Twice", "Free"]}
            """,
            "partial=true&create_groups=true",
            "application/x-ndjson");

        Assert.Equal(
            [
                "1 icon too_long", "2 id id_taken", "3 users unknown_property", "4 users unknown_property",
                "6 user_groups unknown_user_group", "7 user_groups unknown_user_group",
            ],
            answer.MustBe(200).Lines.SkipLast(1).Select(fault => $"{fault["line"]} {fault["column"]} {fault["code"]}"));
        Assert.Equal("The group \"Long\" does not exist, or its own line is refused.", (string)answer.Lines[4]["detail"]!);
        var groups = (await service.GetAsync("/auth/group")).Json["results"]!.AsArray();
        Assert.Equal(
            ["Free 1", "There 1", "Twice 1"],
            groups.Select(group => $"{group!["name"]} {group["users"]!.AsArray().Count}").Order());
        Assert.Single((await service.ReadGroupAsync(there.Id())).Ids("users"));
    }

    [Fact]
    public async Task The_audit_names_the_operation_of_an_import()
    {
        await service.ImportAsync("email\nada@example.org\n");

        var entry = (await service.GetAsync("/auth/audit")).MustBe(200).Json["results"]![0]!.AsObject();
        Assert.Equal("Users_import", (string?)entry["operation"]);
        Assert.StartsWith("key:", (string?)entry["actor"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty_file", null)]
    [InlineData("emial\nada@example.org\n", "unknown_column", 1)]
    [InlineData("email,role,EMAIL\n", "duplicate_column", 1)]
    [InlineData("role\nviewer\n", "missing_column", 1)]
    [InlineData("email\nada@example.org\n\"alan@example.org\n", "unclosed_quote", 3)]
    [InlineData("email\nada@example.org\n\"alan\"@example.org\n", "invalid_csv", 3)]
    public async Task An_unreadable_file_is_refused_and_the_line_is_named(string file, string code, int? line)
    {
        var answer = (await service.ImportAsync(file, "partial=true")).MustBe(400);

        Assert.Equal("application/problem+json", answer.ContentType);
        var error = Assert.Single(answer.Json["errors"]!.AsArray())!;
        Assert.Equal((code, code, line), ((string?)answer.Json["code"], (string?)error["code"], (int?)error["line"]));
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task Invalid_utf_8_is_refused_and_the_line_is_named()
    {
        byte[] file = [.. "email\nada@example.org\n"u8, 0xff, 0xfe, (byte)'\n'];
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = ServiceFixture.ToFile(file, "text/csv") };

        var answer = (await service.SendAsync(request)).MustBe(400);

        Assert.Equal(("invalid_encoding", 3), ((string?)answer.Json["code"], (int?)answer.Json["errors"]![0]!["line"]));
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData(Ndjson)]
    public async Task A_line_that_is_too_long_is_refused_and_named(string mediaType)
    {
        var first = mediaType == Ndjson ? "{\"email\":\"ada@example.org\"}\n" : "email\nada@example.org\n";

        var answer = (await service.ImportAsync(first + new string('a', 10_000_000), mediaType: mediaType)).MustBe(400);

        Assert.Equal("line_too_long", (string?)answer.Json["code"]);
        Assert.Equal(first.Count(character => character == '\n') + 1, (int?)answer.Json["errors"]![0]!["line"]);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_file_can_be_larger_than_any_other_body()
    {
        var answer = await service.ImportAsync($"email\nada@example.org\n{new string('\n', 32_000_000)}alan@example.org\n");

        Counts(answer.MustBe(200), created: 2);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("text/csv; charset=iso-8859-1")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Another_media_type_is_refused_with_the_names_of_the_formats(string mediaType)
    {
        var answer = (await service.ImportAsync("email\nada@example.org\n", mediaType: mediaType)).MustBe(415);

        Assert.Contains("text/csv or application/x-ndjson", (string?)answer.Json["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compressed_file_is_refused()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("email\nada@example.org\n"u8.ToArray());
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = ServiceFixture.ToFile(packed.ToArray(), "text/csv"),
        };
        request.Content.Headers.ContentEncoding.Add("gzip");

        (await service.SendAsync(request)).MustBe(415);
    }

    [Theory]
    [InlineData("partial=yes", "partial")]
    [InlineData("partial=true&partial=true", "partial")]
    [InlineData("dry_run=1&create_groups=", "create_groups,dry_run")]
    [InlineData("dryrun=true", "dryrun")]
    [InlineData("user_groups=", "user_groups")]
    [InlineData("user_groups=Add", "user_groups")]
    [InlineData("user_groups=add&user_groups=add", "user_groups")]
    public async Task Unusable_parameters_are_named(string query, string names)
    {
        (await service.ImportAsync("email\nada@example.org\n", query)).MustRefuseParameters(names.Split(','));

        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("/user/import/")]
    [InlineData("/api/v1/user/import")]
    [InlineData("/api/v1/user/import/")]
    public async Task A_file_can_be_imported_at_every_form_of_the_address(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = ServiceFixture.ToFile("email\n"u8.ToArray(), "text/csv"),
        };

        Counts((await service.SendAsync(request)).MustBe(200));
    }

    [Fact]
    public async Task Only_post_is_allowed() =>
        Assert.Contains("POST", (await service.PutAsync(Address)).MustBe(405).Allow);

    [Theory]
    [InlineData(null, 401)]
    [InlineData("editor", 403)]
    [InlineData("viewer", 403)]
    public async Task Only_an_admin_may_import(string? role, int status)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, service.BaseAddress + Address)
        {
            Content = ServiceFixture.ToFile("email\nada@example.org\n"u8.ToArray(), "text/csv"),
        };
        request.Headers.Authorization = role is null ? null : new AuthenticationHeaderValue("Bearer", await service.CreateTokenAsync(role));

        using var response = await client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("Content-Length: 1000000\r\n\r\nemail\nada@example.org\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n16\r\nemail\nada@example.org\n\r\n")]
    public async Task A_body_that_breaks_off_changes_nothing(string end)
    {
        var (client, _) = await BeginAsync(end);
        // The service has read the first rows and waits for more.
        await UntilImportsAsync(1);
        client.Dispose();

        await UntilImportsAsync(0);
        Assert.Equal(0, await service.CountAsync("/user"));
        Counts((await service.ImportAsync("email\nada@example.org\n")).MustBe(200), created: 1);
    }

    [Fact]
    public async Task A_second_import_is_refused_while_one_is_running()
    {
        var (client, stream) = await BeginAsync("Content-Length: 23\r\n\r\nemail\nada@example.org\n");
        using (client)
        {
            await UntilImportsAsync(1);

            var second = (await service.ImportAsync("email\nalan@example.org\n")).MustBe(409);

            Assert.Equal("import_in_progress", (string?)second.Json["code"]);
            await stream.WriteAsync("\n"u8.ToArray());
            using var reader = new StreamReader(stream, Encoding.UTF8);
            Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadLineAsync().WithinLimitAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task Refused_imports_open_no_connection_to_the_database()
    {
        const string Sessions = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()";
        var (client, _) = await BeginAsync("Content-Length: 23\r\n\r\nemail\nada@example.org\n");
        using (client)
        {
            await UntilImportsAsync(1);
            var before = (long)(await service.ExecuteAsync(Sessions))!;

            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => service.ImportAsync("email\nalan@example.org\n")));

            Assert.All(answers, answer => Assert.Equal("import_in_progress", (string?)answer.MustBe(409).Json["code"]));
            // The statements of the test itself may open some.
            Assert.InRange((long)(await service.ExecuteAsync(Sessions))! - before, 0, 10);
        }

        await UntilImportsAsync(0);
    }

    [Fact]
    public async Task Rows_of_one_user_are_united_on_request()
    {
        const string File =
            """
            email,first_name,role,user_groups
            ada@example.org,Ada,,Analysts
            alan@example.org,Alan,,Poets
            ADA@example.org,Ada,editor,Poets;Analysts
            ada@EXAMPLE.org,Ada,,Machinists
            """;
        Assert.Equal(
            [(4, "email", "duplicate_email"), (5, "email", "duplicate_email")],
            Faults((await service.ImportAsync(File, "create_groups=true")).MustBe(422)));

        var summary = Counts((await service.ImportAsync(File, "create_groups=true&merge_rows=true")).MustBe(200), created: 2);

        Assert.Equal((2, 3), ((int)summary["merged"]!, (int)summary["groups_created"]!));
        Assert.Equal((4, 0), Memberships(summary));
        var ada = (await service.GetAsync("/user?email=ada@example.org")).MustBe(200).Json["results"]![0]!.AsObject();
        Assert.Equal("ada@example.org Ada editor", $"{ada["email"]} {ada["first_name"]} {ada["role"]}");
        Assert.Equal(3, ada.Ids("user_groups").Length);
        var again = Counts((await service.ImportAsync(File, "merge_rows=true")).MustBe(200), unchanged: 2);
        Assert.Equal((0, 0), Memberships(again));
    }

    [Fact]
    public async Task United_rows_of_ndjson_add_the_values_that_only_one_of_them_gives()
    {
        const string Id = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071";
        const string Nameless = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6072";

        var answer = await service.ImportAsync(
            $$"""
            {"email": "ada@example.org", "first_name": "Ada"}
            {"id": "{{Id}}", "email": "ada@example.org", "role": "ADMIN", "user_groups": ["Poets"]}
            {"email": "ada@example.org", "last_name": null, "user_groups": []}
            {"id": "{{Nameless}}", "user_groups": ["Poets"]}
            {"id": "{{Nameless}}", "first_name": "Grace"}
            """,
            "merge_rows=true&create_groups=true",
            Ndjson);

        Assert.Equal(3, (int)Counts(answer.MustBe(200), created: 2)["merged"]!);
        var ada = await service.ReadUserAsync(Id);
        Assert.Equal("Ada  admin", $"{ada["first_name"]} {ada["last_name"]} {ada["role"]}");
        Assert.Equal(ada.Ids("user_groups"), (await service.ReadUserAsync(Nameless)).Ids("user_groups"));
    }

    [Fact]
    public async Task Rows_of_one_user_that_contradict_each_other_are_refused_and_both_lines_are_named()
    {
        const string File =
            """
            email,first_name,last_name,role,user_groups
            ada@example.org,Ada,Lovelace,,Analysts
            ada@example.org,Augusta,,guest,Poets
            ada@example.org,Ada,Lovelace,editor,Machinists
            alan@example.org,,,,
            """;

        var refused = (await service.ImportAsync(File, "create_groups=true&merge_rows=true")).MustBe(422);

        Assert.Equal(
            [(3, "first_name", "merge_conflict"), (3, "last_name", "merge_conflict"), (4, "role", "merge_conflict")],
            Faults(refused).Order());
        Assert.Contains("Line 2 ", (string)refused.Lines[0]["detail"]!, StringComparison.Ordinal);
        Assert.Contains("Line 3 ", (string)refused.Lines[2]["detail"]!, StringComparison.Ordinal);

        var partial = await service.ImportAsync(File, "create_groups=true&merge_rows=true&partial=true");
        Assert.Equal(0, (int)Counts(partial.MustBe(200), created: 2, refused: 2)["merged"]!);
        var ada = (await service.GetAsync("/user?email=ada@example.org")).MustBe(200).Json["results"]![0]!.AsObject();
        Assert.Equal("Ada Lovelace viewer", $"{ada["first_name"]} {ada["last_name"]} {ada["role"]}");
        Assert.Single(ada.Ids("user_groups"));
    }

    [Fact]
    public async Task A_repeated_import_with_the_same_key_gets_the_first_summary_and_changes_nothing()
    {
        const string File = "email,first_name\n,NoAddress1\n,NoAddress2\n";
        var key = $"{Guid.NewGuid()}";

        var first = Counts((await ImportWithKeyAsync(key, File)).MustBe(200), created: 2);
        await service.PostAsync("/user", new { first_name = "Ada" });
        var second = Counts((await ImportWithKeyAsync(key, File)).MustBe(200), created: 2);

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal(3, await service.CountAsync("/user"));
        Assert.Equal(
            1, (await service.GetAsync("/auth/audit")).Json["results"]!.AsArray().Count(entry => (string)entry!["resource"]! == "imports"));
        Counts((await ImportWithKeyAsync($"{Guid.NewGuid()}", File)).MustBe(200), created: 2);
    }

    [Theory]
    [InlineData("email,first_name\n,NoAddress2\n", "", "text/csv")]
    [InlineData("email,first_name\n,NoAddress1\n", "dry_run=true", "text/csv")]
    [InlineData("{\"first_name\": \"NoAddress1\"}", "", Ndjson)]
    public async Task A_key_cannot_be_used_for_another_import(string file, string query, string mediaType)
    {
        var key = $"{Guid.NewGuid()}";
        (await ImportWithKeyAsync(key, "email,first_name\n,NoAddress1\n")).MustBe(200);

        var refused = (await ImportWithKeyAsync(key, file, query, mediaType)).MustBe(422);

        Assert.Equal("idempotency_key_reused", (string?)refused.Json["code"]);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_key_of_an_import_and_of_a_create_are_the_same_key()
    {
        var key = $"{Guid.NewGuid()}";
        (await ImportWithKeyAsync(key, "email\nada@example.org\n")).MustBe(200);
        var create = new HttpRequestMessage(HttpMethod.Post, "/user") { Content = ServiceFixture.ToContent(new { first_name = "Alan" }) };
        create.Headers.Add("Idempotency-Key", key);

        (await service.SendAsync(create)).MustBe(422);

        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task An_import_that_changed_nothing_can_be_sent_again_with_its_key()
    {
        const string File = "email,user_groups\nada@example.org,Analysts\n";
        var key = $"{Guid.NewGuid()}";
        (await ImportWithKeyAsync(key, File)).MustBe(422);

        await service.CreateGroupAsync(new { name = "Analysts" });

        Counts((await ImportWithKeyAsync(key, File)).MustBe(200), created: 1);
        Counts((await ImportWithKeyAsync(key, File)).MustBe(200), created: 1);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_repetition_is_refused_while_the_first_import_is_running()
    {
        const string File = "email\nada@example.org\n";
        var key = $"{Guid.NewGuid()}";
        var (client, stream) = await BeginAsync($"Idempotency-Key: {key}\r\nContent-Length: {File.Length}\r\n\r\n{File[..^1]}");
        using (client)
        {
            await UntilImportsAsync(1);

            (await ImportWithKeyAsync(key, File)).MustBe(409);

            await stream.WriteAsync("\n"u8.ToArray());
            using var reader = new StreamReader(stream, Encoding.UTF8);
            Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadLineAsync().WithinLimitAsync(), StringComparison.Ordinal);
        }

        // The answer begins before the import has given up its turn.
        Answer again = null!;
        await Eventually.BeAsync(async () => (again = await ImportWithKeyAsync(key, File)).Status != 409);
        Counts(again.MustBe(200), created: 1);
        Assert.Equal(1, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_wrong_key_of_an_import_is_refused()
    {
        (await ImportWithKeyAsync("a b", "email\nada@example.org\n")).MustRefuseParameters("Idempotency-Key");

        Assert.Equal(0, await service.CountAsync("/user"));
    }

    private Task<Answer> ImportWithKeyAsync(string key, string file, string query = "", string mediaType = "text/csv")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{Address}?{query}")
        {
            Content = ServiceFixture.ToFile(Encoding.UTF8.GetBytes(file), mediaType),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return service.SendAsync(request);
    }

    private async Task MustBeAuditedAsync(JsonObject user, string from, string to)
    {
        var entries = (await service.GetAsync($"/auth/audit?resource={user.Id()}")).MustBe(200).Json["results"]!.AsArray();
        Assert.Equal(2, entries.Count);
        var email = entries[0]!["changes"]!["email"]!;
        Assert.Equal((from, to), ((string?)email["from"], (string?)email["to"]));
    }

    private static JsonObject Counts(
        Answer answer, int created = 0, int updated = 0, int unchanged = 0, int refused = 0, bool isApplied = true)
    {
        var summary = answer.Lines[^1];
        Assert.Equal(isApplied, (bool)summary["applied"]!);
        Assert.Equal(
            (created, updated, unchanged, refused),
            ((int)summary["created"]!, (int)summary["updated"]!, (int)summary["unchanged"]!, (int)summary["refused"]!));
        return summary;
    }

    private static (int Added, int Removed) Memberships(JsonObject summary) =>
        ((int)summary["memberships_added"]!, (int)summary["memberships_removed"]!);

    private static IEnumerable<(int Line, string? Column, string Code)> Faults(Answer answer) =>
        answer.Lines.SkipLast(1).Select(fault => ((int)fault["line"]!, (string?)fault["column"], (string)fault["code"]!));

    // An HttpClient cannot break off in the middle of a body.
    private async Task<(TcpClient Client, NetworkStream Stream)> BeginAsync(string end)
    {
        var client = new TcpClient();
        var address = service.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"POST {Address} HTTP/1.1\r\nHost: localhost\r\n"
            + $"Authorization: {service.Client.DefaultRequestHeaders.Authorization}\r\nContent-Type: text/csv\r\n{end}"));
        return (client, stream);
    }

    // A running import holds an advisory lock.
    private Task UntilImportsAsync(long count) => Eventually.BeAsync(
        async () => (long)(await service.ExecuteAsync(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND objsubid = 1 AND granted
            """))! == count,
        condition: $"{count} running imports");
}
