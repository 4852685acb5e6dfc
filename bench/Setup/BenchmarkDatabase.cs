namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>A seeded database that the service itself has migrated.</summary>
internal sealed record BenchmarkDatabase(Workspace Workspace, string ConnectionString, string Token)
{
    public static async Task<BenchmarkDatabase> CreateAsync(
        BenchmarkServer server, string service, int users, Action<double> progress, CancellationToken cancellationToken)
    {
        var workspace = new Workspace(users);
        var connectionString = await server.CreateDatabaseAsync(users, cancellationToken);
        var settings = HostedProgram.ServiceSettings(connectionString);
        await ProgramRun.OfAsync("dotnet", [service, "migrate"], settings, cancellationToken);
        await Seed.FillAsync(connectionString, workspace, progress, cancellationToken);
        var token = await ProgramRun.OfAsync("dotnet", [service, "keys", "create", "--name", "benchmark", "--role", "admin"], settings, cancellationToken);
        return new BenchmarkDatabase(workspace, connectionString, token.Trim());
    }

    /// <summary>Deletes what requests have created, and clears away after those that have changed something: each run finds the same.</summary>
    public async Task ForgetWritesAsync(CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["users", "user_groups"])
        {
            await BenchmarkServer.QueryAsync(ConnectionString, $"DELETE FROM {table} WHERE id > '{Workspace.LastSeeded}'", cancellationToken);
        }

        await BenchmarkServer.QueryAsync(ConnectionString, "VACUUM users, user_groups, row_counts", cancellationToken);
    }
}
