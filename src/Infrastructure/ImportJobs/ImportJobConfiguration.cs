using CleanWorkspace.Application.ImportJobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.ImportJobs;

/// <summary>Maps the jobs and the parts of their files.</summary>
/// <remarks>The columns are <c>json</c>, because <c>jsonb</c> cannot hold U+0000, and a client may have sent it in an option.</remarks>
internal sealed class ImportJobConfiguration : IEntityTypeConfiguration<ImportJobRecord>, IEntityTypeConfiguration<ImportJobChunk>
{
    private static readonly string States = string.Join(", ", Enum.GetValues<ImportJobState>().Select(state => $"'{NameOf(state)}'"));

    /// <summary>Returns the name of a state as it is stored.</summary>
    public static string NameOf(ImportJobState state) => state.ToString().ToLowerInvariant();

    public void Configure(EntityTypeBuilder<ImportJobRecord> builder)
    {
        builder.ToTable("import_jobs", table => table.HasCheckConstraint("ck_import_jobs_state", $"state IN ({States})"));
        builder.HasKey(job => job.Id).HasName("pk_import_jobs");
        // Finds the jobs that have not ended, and the expired ones.
        builder.HasIndex(job => job.EndedAt).HasDatabaseName("ix_import_jobs_ended_at");

        builder.Property(job => job.Id).ValueGeneratedNever();
        builder.Property(job => job.Input).HasColumnType("json");
        builder.Property(job => job.State).HasDefaultValue(NameOf(ImportJobState.Waiting));
        builder.Property(job => job.Attempts).HasDefaultValue(0);
        builder.Property(job => job.RowsRead).HasDefaultValue(0L);
        builder.Property(job => job.CreatedAt).HasDefaultValueSql("now()");
        builder.Property(job => job.Result).HasColumnType("json");
        builder.Property(job => job.Report).HasColumnType("json");
        builder.Property(job => job.Failure).HasColumnType("json");
    }

    public void Configure(EntityTypeBuilder<ImportJobChunk> builder)
    {
        builder.ToTable("import_job_chunks");
        builder.HasKey(chunk => new { chunk.JobId, chunk.Number }).HasName("pk_import_job_chunks");
        builder.HasOne<ImportJobRecord>().WithMany().HasForeignKey(chunk => chunk.JobId)
            .OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_import_job_chunks_job");
    }
}
