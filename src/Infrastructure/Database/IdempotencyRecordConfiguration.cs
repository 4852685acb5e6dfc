using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

internal sealed class IdempotencyRecordConfiguration : IEntityTypeConfiguration<IdempotencyRecord>
{
    public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
    {
        builder.ToTable("idempotency_records");
        builder.HasKey(record => new { record.Actor, record.Key }).HasName("pk_idempotency_records");
        builder.HasIndex(record => record.CreatedAt).HasDatabaseName("ix_idempotency_records_created_at");

        builder.Property(record => record.Answer).HasColumnType("jsonb");
        builder.Property(record => record.CreatedAt).HasDefaultValueSql("now()");
    }
}
