using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Has EF Core build its model beside the start, which takes a while, so that neither the start nor the first write waits for all of it.</summary>
internal sealed class ModelPreparation(IDbContextFactory<WorkspaceDbContext> contexts) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var db = await contexts.CreateDbContextAsync(stoppingToken);
        _ = db.Model;
    }
}
