using CleanWorkspace.Application;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Npgsql;

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
    public DbSet<Webhook> Webhooks => Set<Webhook>();

    /// <inheritdoc/>
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <inheritdoc/>
    public DbSet<WebhookResend> WebhookResends => Set<WebhookResend>();

    /// <inheritdoc/>
    public void Forget() => ChangeTracker.Clear();

    /// <summary>Writes all tracked changes. Refusals of PostgreSQL become failures, as in the stores (<see cref="WriteRules"/>).</summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        catch (Exception exception) when (DatabaseFault.Find(exception) is PostgresException refusal)
        {
            // A row that a new row refers to was read before, so another writer has deleted it.
            var hasLostRace = WriteRules.HasLostRace(refusal) || refusal.SqlState == PostgresErrorCodes.ForeignKeyViolation;
            throw (Exception?)WriteRules.FailureOf(refusal)
                ?? (hasLostRace ? new DbUpdateConcurrencyException(refusal.MessageText, refusal) : refusal);
        }
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        // The positions of writes in the feed of events (Schema/audit.sql).
        modelBuilder.HasSequence("write_positions");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(WorkspaceDbContext).Assembly);
    }
}
