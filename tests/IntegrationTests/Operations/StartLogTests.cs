using System.Diagnostics;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>The log of a start in Production, as a container runs it.</summary>
public sealed class StartLogTests : IAsyncLifetime
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_start_in_production_logs_no_warning()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__Workspace"] = _database.ConnectionString;
        using var service = Process.Start(start)!;
        var lines = new List<string>();
        using var timeLimit = new CancellationTokenSource(TimeLimit);
        try
        {
            var error = service.StandardError.ReadToEndAsync(timeLimit.Token);
            while (await service.StandardOutput.ReadLineAsync(timeLimit.Token) is { } line)
            {
                lines.Add(line);
                if (line.Contains("Application started", StringComparison.Ordinal))
                {
                    using var kill = Process.Start("kill", ["-TERM", $"{service.Id}"]);
                }
            }

            Assert.Equal("", await error);
        }
        finally
        {
            service.Kill();
        }

        Assert.Contains(lines, line => line.Contains("Application started", StringComparison.Ordinal));
        // A line of the level Information has no level (compact log event format).
        Assert.All(lines, line => Assert.False(JsonNode.Parse(line)!.AsObject().ContainsKey("@l"), line));
    }
}
