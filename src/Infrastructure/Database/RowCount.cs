using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>A counter of rows. A count is the sum of its slots; writers of different connections mostly use different slots.</summary>
internal sealed class RowCount
{
    /// <summary>The table that is counted.</summary>
    public string List { get; init; } = "";

    /// <summary>The role, for users; otherwise empty.</summary>
    public string Part { get; init; } = "";

    public short Slot { get; init; }

    public long Count { get; init; }
}

internal sealed class RowCountConfiguration : IEntityTypeConfiguration<RowCount>
{
    // Room in each page for many new versions of its rows, which then need no new index entries.
    private const int FillFactor = 10;

    public void Configure(EntityTypeBuilder<RowCount> builder)
    {
        builder.ToTable("row_counts");
        builder.HasStorageParameter("fillfactor", FillFactor);
        builder.HasKey(counter => new { counter.List, counter.Part, counter.Slot }).HasName("pk_row_counts");
    }
}
