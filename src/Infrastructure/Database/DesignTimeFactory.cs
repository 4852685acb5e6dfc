using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>How <c>dotnet ef</c> makes a context: it needs the model alone, so the server named here is never asked.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<WorkspaceDbContext>
{
    public WorkspaceDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<WorkspaceDbContext>();
        DependencyInjection.Configure(options, NpgsqlDataSource.Create("Host=localhost"));
        return new WorkspaceDbContext(options.Options);
    }
}
