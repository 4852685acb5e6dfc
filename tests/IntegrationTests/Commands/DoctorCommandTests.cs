using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.IntegrationTests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Commands;

/// <summary>The command <c>doctor</c>.</summary>
public sealed class DoctorCommandTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        var run = await ProgramRun.OfAsync(["migrate"], ("ConnectionStrings__Workspace", _database.ConnectionString));
        Assert.True(run.ExitCode == 0, $"{run}");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_healthy_service_has_nothing_wrong()
    {
        var run = await RunAsync(_database.ConnectionString);

        Assert.True(run.ExitCode == 0, $"{run}");
        Assert.All(LinesOf(run), line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
        Assert.Equal(
            [
                "settings", "version", "standby", "encoding", "locale", "extensions", "rights", "statistics", "clock", "connections",
                "schema", "retention",
            ],
            LinesOf(run).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
    }

    [Fact]
    public async Task The_printed_grant_is_all_that_a_user_without_rights_needs()
    {
        var role = $"reader_{Guid.NewGuid():N}";
        await _database.ExecuteAsync(
            $"""
            CREATE ROLE {role} LOGIN PASSWORD 'reader';
            DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$
            """);
        try
        {
            var restricted = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = role, Password = "reader" };

            var refused = await RunAsync(restricted.ConnectionString);
            var line = Assert.Single(LinesOf(refused), line => line.StartsWith("wrong ", StringComparison.Ordinal));
            const string Advice = "Let an administrator run: ";
            Assert.Contains("rights", line, StringComparison.Ordinal);
            await _database.ExecuteAsync(line[(line.IndexOf(Advice, StringComparison.Ordinal) + Advice.Length)..].TrimEnd('.'));
            var granted = await RunAsync(restricted.ConnectionString);

            Assert.Equal(1, refused.ExitCode);
            Assert.True(granted.ExitCode == 0, $"{granted}");
            await using var service = await TestService.StartAsync(restricted.ConnectionString);
            using var created = await service.Client.PostAsJsonAsync("/user", new { first_name = "Ada" });
            Assert.Equal(201, (int)created.StatusCode);
            using var import = await service.Client.PostAsync(
                "/user/import", new StringContent("email\nada@example.org\n", null, "text/csv"));
            Assert.Equal(200, (int)import.StatusCode);
        }
        finally
        {
            await _database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task The_printed_grant_lets_the_metric_see_the_transactions_of_other_users()
    {
        var role = $"reader_{Guid.NewGuid():N}";
        await _database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'reader'");
        try
        {
            var restricted = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = role, Password = "reader" };
            const string Advice = "let an administrator run: ";

            var line = StatisticsOf(await RunAsync(restricted.ConnectionString));
            await _database.ExecuteAsync(line[(line.IndexOf(Advice, StringComparison.Ordinal) + Advice.Length)..].TrimEnd('.'));

            Assert.StartsWith("ok ", line, StringComparison.Ordinal);
            Assert.DoesNotContain(Advice, StatisticsOf(await RunAsync(restricted.ConnectionString)), StringComparison.Ordinal);
            await using var writer = new NpgsqlConnection(_database.ConnectionString);
            await writer.OpenAsync();
            await using var transaction = await writer.BeginTransactionAsync();
            await using var write = new NpgsqlCommand("SELECT pg_current_xact_id()", writer, transaction);
            await write.ExecuteScalarAsync();
            Assert.Equal(1L, await TestDatabase.ExecuteAsync(
                restricted.ConnectionString,
                $"SELECT count(*) FROM pg_stat_activity WHERE pid = {writer.ProcessID} AND backend_xid IS NOT NULL"));
        }
        finally
        {
            await _database.ExecuteAsync($"DROP ROLE {role}");
        }

        static string StatisticsOf(ProgramRun run) =>
            Assert.Single(LinesOf(run), line => line.Contains(" statistics ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_extension_is_wrong()
    {
        await _database.ExecuteAsync("DROP EXTENSION unaccent CASCADE");

        var run = await RunAsync(_database.ConnectionString);

        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(LinesOf(run), line => line.StartsWith("wrong ", StringComparison.Ordinal));
        Assert.EndsWith("CREATE EXTENSION unaccent SCHEMA public;.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionStrings__Workspace", "Host=127.0.0.1;Port=1", "wrong    database     The database cannot be used:")]
    [InlineData("Requests__TimeoutSeconds", "no", "wrong    settings     Requests__TimeoutSeconds must be")]
    public async Task What_the_start_refuses_is_wrong(string name, string value, string expected)
    {
        var run = await ProgramRun.OfAsync(["doctor"], ("ConnectionStrings__Workspace", _database.ConnectionString), (name, value));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(expected, LinesOf(run)[^1], StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData(-1, "wrong ")]
    [InlineData(5, "warning ")]
    [InlineData(100, "ok ")]
    public async Task A_certificate_is_to_be_replaced_before_its_end(int days, string level)
    {
        var file = Path.Combine(Path.GetTempPath(), $"workspace-{Guid.NewGuid():N}.pfx");
        try
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(days));
            await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pkcs12, "secret"));

            var run = await ProgramRun.OfAsync(
                ["doctor"],
                ("ConnectionStrings__Workspace", _database.ConnectionString),
                ("Kestrel__Certificates__Default__Path", file),
                ("Kestrel__Certificates__Default__Password", "secret"));

            Assert.StartsWith(level, Assert.Single(LinesOf(run), line => line.Contains("certificate")), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_off_is_a_warning()
    {
        var clock = new ShiftedClock();
        await using var service = await TestService.StartAsync(_database.ConnectionString, clock);
        clock.Advance(TimeSpan.FromHours(1));

        var findings = await service.Services.GetRequiredService<DatabaseExamination>().ExamineAsync(CancellationToken.None);

        var finding = Assert.Single(findings, finding => finding.Level != FindingLevel.Good);
        Assert.Equal("clock", finding.Subject);
        // The time of the question is subtracted.
        Assert.Matches(@"differ by (3600|35\d\d) s\.", finding.Text);
    }

    private static Task<ProgramRun> RunAsync(string connectionString) =>
        ProgramRun.OfAsync(["doctor"], ("ConnectionStrings__Workspace", connectionString));

    private static string[] LinesOf(ProgramRun run) => run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
