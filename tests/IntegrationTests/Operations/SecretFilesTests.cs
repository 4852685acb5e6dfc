using System.Net.Http.Headers;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Secrets in files, and the first API key.</summary>
public sealed class SecretFilesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("workspace-secrets-").FullName;

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task One_start_with_secrets_in_files_is_enough_to_call_the_API()
    {
        var first = NewToken();
        await using (var service = await StartAsync(first))
        {
            Assert.Equal(201, await CreateUserAsync(service, first));
            Assert.Equal(401, await CreateUserAsync(service, NewToken()));
        }

        var later = NewToken();
        await using var again = await StartAsync(later);
        Assert.Equal(401, await CreateUserAsync(again, later));
        Assert.Equal(201, await CreateUserAsync(again, first));
    }

    private static string NewToken() => KeyToken.Create(Uuid.CreateVersion7(TimeProvider.System)).Reveal();

    private Task<ServiceProcess> StartAsync(string token)
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var password = settings.Password ?? "";
        settings.Remove("Password");
        return ServiceProcess.StartAsync(
            "",
            ("ConnectionStrings__Workspace_FILE", Write("connection", settings.ConnectionString)),
            ("Database__Password_FILE", Write("password", password)),
            ("Bootstrap__AdminKey_FILE", Write("key", token)),
            ("Authentication__Required", "true"));
    }

    private string Write(string name, string secret)
    {
        var path = Path.Combine(_folder, name);
        // Editors add the line end.
        File.WriteAllText(path, secret + "\n");
        return path;
    }

    private static async Task<int> CreateUserAsync(ServiceProcess service, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user");
        request.Content = ServiceFixture.ToContent(new { first_name = "Ada" });
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await service.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
