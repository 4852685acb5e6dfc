using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Commands;

/// <summary>Runs the examples of <c>docs/import-export.md</c> with files as other products write them.</summary>
public sealed partial class ImportExamplesTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Google =
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Password Hash Function [UPLOAD ONLY],"
        + "Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],Last Sign In [READ ONLY],Recovery Email,"
        + "Home Secondary Email,Work Secondary Email,Recovery Phone [MUST BE IN THE E.164 FORMAT],Work Phone,Home Phone,Mobile Phone,"
        + "Work Address,Home Address,Employee ID,Employee Type,Employee Title,Manager Email,Department,Cost Center,"
        + "2sv Enrolled [READ ONLY],2sv Enforced [READ ONLY],Building ID,Floor Name,Floor Section,Email Usage [READ ONLY],"
        + "Drive Usage [READ ONLY],Total Storage [READ ONLY],Change Password at Next Sign-In,New Status [UPLOAD ONLY]\n"
        + "Ada,Byron,ada.byron@example.org,****,,/Research/Engines,,Active,2026/11/20 08:14:02,ada.home@example.net,,,+441632960001,,,,"
        + "\"12 Example St, London\",,0042,,Analyst,alan.t@example.org,Research,CC-7,True,True,,,,1.2GB,0.0GB,1.2GB,,\n"
        + "Wulandari,.,wulandari@example.org,****,,/,,Suspended,Never logged in,,,,,,,,,,,,,,,,False,False,,,,0.0GB,0.0GB,0.0GB,,\n";

    private const string Entra =
        "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,"
        + "state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,"
        + "consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,identityIssuer,"
        + "createdDateTime\n"
        + "ada@example.org,Ada Byron,Byron,ada.byron@example.org,Ada,7c0e1d52-0000-4000-8000-000000000001,Member,Analyst,Research,True,GB,"
        + ",,,,London,,,,,,,,,,True,,example.onmicrosoft.com,2026-11-20T08:14:02Z\n"
        + "alan_partner.example#EXT#@example.onmicrosoft.com,=Alan (Partner),,,,7c0e1d52-0000-4000-8000-000000000002,Guest,,,False,,,,,"
        + ",,,,,alan@partner.example,,,,,Invitation,,Accepted,MicrosoftAccount,2026-11-21T09:00:00Z\n"
        + "grace@example.org,Grace Hopper,Hopper,,Grace,7c0e1d52-0000-4000-8000-000000000003,Member,,,True,,,,,,,,,,,,,,,,,,,\n";

    private const string Okta =
        "login,email,firstName,lastName,groupid\n"
        + "ada@example.org,ada@example.org,Ada,Byron,00g000000engines0001\n"
        + "alan@contractor.example,alan@example.org,Alan,\"O'Neill, Jr.\",00g000000engines0001\n";

    private const string Bamboo =
        "Employee #,First Name,Last Name,Job Title,Department,Division,Location,Status,Hire Date,Work Email,Reports To,Reports To Email\n"
        + "0042,Ada,Byron,Analyst,Research,Engines,London,Active,09-10-2023,ada@example.org,Alan Mathison,alan@example.org\n"
        + "0043,José,\"de la Cruz, PhD\",Clerk,Finance,,Madrid,Terminated,31-12-2025,,Ada Byron,ada@example.org\n";

    private const string Dropbox =
        "Email (required),First Name,Last Name,Groups (example: Accounting;Marketing)\n"
        + "ada@example.org,Ada,Byron,Engines;Board\n"
        + "grace@example.org,Grace,Hopper,\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("workspace-examples-").FullName;

    public static TheoryData<string, string, string[], int> Products => new()
    {
        { "Google Workspace", Google, ["ada.byron@example.org Ada Byron 0", "wulandari@example.org Wulandari . 0"], 0 },
        // The guest has neither an address nor names in the columns that are read.
        { "Entra ID", Entra, ["ada.byron@example.org Ada Byron 0", " Grace Hopper 0"], 1 },
        { "Okta", Okta, ["ada@example.org Ada Byron 0", "alan@example.org Alan O'Neill, Jr. 0"], 0 },
        { "BambooHR", Bamboo, ["ada@example.org Ada Byron 0", " José de la Cruz, PhD 0"], 1 },
        { "Dropbox Business", Dropbox, ["ada@example.org Ada Byron 2", "grace@example.org Grace Hopper 0"], 0 },
    };

    public Task InitializeAsync() => service.ClearAsync();

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return service.MustCountRightAsync("after an import");
    }

    [Theory]
    [MemberData(nameof(Products))]
    [UnsupportedOSPlatform("windows")]
    public async Task The_documented_command_imports_the_file(string product, string file, string[] users, int withoutEmail)
    {
        var command = await ReadExampleAsync(product);
        await File.WriteAllTextAsync(Path.Combine(_folder, FileName().Match(command).Value), file);

        var program = command.Replace("CleanWorkspace.WebApi ", "dotnet \"$1\" ", StringComparison.Ordinal);

        var run = await ProgramRun.OfAsync(
            "sh",
            ["-c", $"cd \"$0\" && {program}", _folder, typeof(Program).Assembly.Location],
            ("ConnectionStrings__Workspace", service.ConnectionString));

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.Equal(users, await ReadUsersAsync());
        Assert.Equal(withoutEmail > 0, run.Output.Contains($"Warning: {withoutEmail} row", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Products))]
    public async Task The_same_options_over_HTTP_import_the_file(string product, string file, string[] users, int withoutEmail)
    {
        var command = await ReadExampleAsync(product);
        var query = string.Join(
            '&',
            $"create_groups={Flag("--create-groups")}",
            $"ignore_other_columns={Flag("--ignore-other-columns")}",
            Columns().Match(command) is { Success: true } match ? $"columns={Uri.EscapeDataString(match.Groups[1].Value)}" : "");

        var summary = (await service.ImportAsync(file, query.TrimEnd('&'))).MustBe(200).Lines[^1];

        Assert.Equal(withoutEmail, (int)summary["without_email"]!);
        Assert.Equal(users, await ReadUsersAsync());

        string Flag(string option) => command.Contains(option, StringComparison.Ordinal) ? "true" : "false";
    }

    [Fact]
    public async Task The_sign_in_names_of_guests_are_refused_as_addresses()
    {
        var answer = await service.ImportAsync(
            Entra, "columns=userPrincipalName=email;givenName=first_name;surname=last_name&ignore_other_columns=true");

        var fault = answer.MustBe(422).Lines[0];
        Assert.Equal("3 email invalid_email", $"{fault["line"]} {fault["column"]} {fault["code"]}");
        Assert.Contains("#EXT#", (string)fault["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Theory]
    [InlineData("Google Workspace")]
    [InlineData("Entra ID")]
    [InlineData("Okta")]
    [InlineData("BambooHR")]
    [InlineData("Dropbox Business")]
    public async Task Without_options_the_message_names_all_unknown_columns(string product)
    {
        var file = (string)Products.Single(row => (string)row[0] == product)[1];

        var answer = (await service.ImportAsync(file)).MustBe(400);

        string[] known = ["email", "firstName", "lastName", "First Name", "Last Name"];
        var names = file[..file.IndexOf('\n', StringComparison.Ordinal)].Split(',').Except(known);
        Assert.Equal("unknown_column", (string)answer.Json["code"]!);
        Assert.Contains(
            string.Join(", ", names.Select(name => $"\"{name}\"")), (string)answer.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    [Fact]
    public async Task A_line_before_the_header_is_named()
    {
        const string Template = "version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required\nAda,ada@example.org\n";
        var script = $"#TYPE System.Management.Automation.PSCustomObject\r\n{Okta}";

        var template = (await service.ImportAsync(Template, "ignore_other_columns=true")).MustBe(400);
        var table = (await service.ImportAsync(script, "ignore_other_columns=true")).MustBe(400);

        Assert.Contains("The line \"version:v1.0\" is not a header", (string)template.Json["detail"]!, StringComparison.Ordinal);
        Assert.Contains("Export-Csv -NoTypeInformation", (string)table.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await service.CountAsync("/user"));
    }

    // The command in the section of the product.
    private static async Task<string> ReadExampleAsync(string product)
    {
        var api = typeof(ImportExamplesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "ApiDescription").Value!;
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(api)!, "import-export.md"));
        var section = Regex.Match(page, $@"^### {product}\n(.*?)^##", RegexOptions.Multiline | RegexOptions.Singleline);
        var command = Command().Match(section.Groups[1].Value);
        Assert.True(command.Success, $"docs/import-export.md has no command for {product}.");
        return command.Groups[1].Value;
    }

    private async Task<IEnumerable<string>> ReadUsersAsync() =>
        (await service.GetAsync("/user")).MustBe(200).Json["results"]!.AsArray()
            .Select(user => $"{user!["email"]} {user["first_name"]} {user["last_name"]} {user["user_groups"]!.AsArray().Count}");

    [GeneratedRegex(@"```sh\n(CleanWorkspace\.WebApi import .*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Command();

    [GeneratedRegex(@"\w+\.csv")]
    private static partial Regex FileName();

    [GeneratedRegex("--columns[ \\\\\n]+'([^']+)'")]
    private static partial Regex Columns();
}
