using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.AuditEntries;

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit_entries");
        // The order of time, in which the entries are read.
        builder.HasKey(entry => new { entry.WriteId, entry.ResourceId }).HasName("pk_audit_entries");
        builder.HasIndex(entry => new { entry.ResourceId, entry.WriteId }).HasDatabaseName("ix_audit_entries_resource");
        builder.HasIndex(entry => new { entry.Actor, entry.WriteId, entry.ResourceId }).HasDatabaseName("ix_audit_entries_actor");
        // Only of rare kinds: the entries of ordinary writes would pay for it. So no index has the operation.
        builder.HasIndex(entry => new { entry.Kind, entry.WriteId, entry.ResourceId }).HasDatabaseName("ix_audit_entries_kind")
            .HasFilter("kind IN ('deleted', 'erased', 'finished')");
        builder.HasIndex(entry => entry.Position).HasDatabaseName("ix_audit_entries_position").HasFilter("position IS NOT NULL");

        builder.Property(entry => entry.Transaction).HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()");
        builder.Property(entry => entry.CreatedAt).HasDefaultValueSql("now()");
        builder.Property(entry => entry.Changes).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
        builder.Property(entry => entry.Added).HasDefaultValueSql("'{}'");
        builder.Property(entry => entry.Removed).HasDefaultValueSql("'{}'");
    }
}
