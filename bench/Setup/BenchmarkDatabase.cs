namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>A seeded database. The service made its schema.</summary>
internal sealed record BenchmarkDatabase(Workspace Workspace, string ConnectionString, string Token)
{
    public static async Task<BenchmarkDatabase> CreateAsync(
        BenchmarkServer server, string service, int users, Action<double> progress, CancellationToken cancellationToken)
    {
        var workspace = new Workspace(users);
        var connectionString = await server.CreateDatabaseAsync(users, cancellationToken);
        var settings = HostedProgram.ServiceSettings(connectionString);
        await ProgramRun.RunAsync("dotnet", [service, "migrate"], settings, cancellationToken);
        await Seed.FillAsync(connectionString, workspace, progress, cancellationToken);
        var token = await ProgramRun.RunAsync(
            "dotnet", [service, "keys", "create", "--name", "benchmark", "--role", "admin"], settings, cancellationToken);
        return new BenchmarkDatabase(workspace, connectionString, token.Trim());
    }

    /// <summary>Deletes the rows that requests created, and vacuums. So every run starts with the same rows.</summary>
    public async Task RemoveWritesAsync(CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["users", "user_groups"])
        {
            await BenchmarkServer.QueryAsync(
                ConnectionString, $"DELETE FROM {table} WHERE id > '{Workspace.MaxSeededId}'", cancellationToken);
        }

        await BenchmarkServer.QueryAsync(ConnectionString, "VACUUM users, user_groups, row_counts", cancellationToken);
    }
}
