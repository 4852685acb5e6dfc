using System.Globalization;
using System.Net.Http.Headers;

namespace CleanWorkspace.OperationsTests;

/// <summary>The command that makes the first API key.</summary>
public sealed class FirstKeyTests
{
    [Drill("openssl")]
    public async Task The_command_in_the_file_of_the_secrets_makes_a_key_of_today()
    {
        var lines = Deploy.Read("compose/secrets.yml").Split('\n').Select(line => line.TrimStart('#').Trim()).ToList();
        var start = lines.FindIndex(line => line.StartsWith("printf ", StringComparison.Ordinal));
        var command = $"{lines[start]}\n{lines[start + 1]}".Replace("> secrets/admin-key", "", StringComparison.Ordinal);
        var documented = command.Replace("\n", "\n  ", StringComparison.Ordinal).Trim();
        Assert.Contains(documented, Deploy.Read("../docs/configuration.md"), StringComparison.Ordinal);
        var token = (await ProgramRun.OfAsync("sh", ["-c", command])).Output;
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(database.ConnectionString, ("Bootstrap:AdminKey", token));
        var request = new HttpRequestMessage(HttpMethod.Get, "/auth/key");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var keys = (await Answer.OfAsync(service.Client, request)).MustBe(200).Json["results"]!.AsArray();
        var created = DateTimeOffset.Parse((string)Assert.Single(keys)!["created_at"]!, CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.UtcNow - created, TimeSpan.Zero, TimeSpan.FromHours(1));
    }
}
