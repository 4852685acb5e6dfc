using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Creates the context for <c>dotnet ef</c>. The tool needs only the model and never connects to this server.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<WorkspaceDbContext>
{
    public WorkspaceDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<WorkspaceDbContext>();
        DependencyInjection.Configure(options, NpgsqlDataSource.Create("Host=localhost"));
        return new WorkspaceDbContext(options.Options);
    }
}
