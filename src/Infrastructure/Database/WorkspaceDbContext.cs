using CleanWorkspace.Application;
using CleanWorkspace.Domain.ApiKeys;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Infrastructure.Database;

/// <inheritdoc cref="IWorkspaceDbContext"/>
/// <remarks>The context also owns the model and the migrations of all tables, those of the directory included.</remarks>
internal sealed class WorkspaceDbContext : DbContext, IWorkspaceDbContext
{
    public WorkspaceDbContext(DbContextOptions<WorkspaceDbContext> options)
        : base(options) =>
        // A transaction around every write, so that the interceptor can set the caller.
        Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;

    /// <inheritdoc/>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <inheritdoc/>
    public void Forget() => ChangeTracker.Clear();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(WorkspaceDbContext).Assembly);
}
