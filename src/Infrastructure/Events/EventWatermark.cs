using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Events;

/// <summary>A mark that tells how far the feed may be read (Schema/events.sql).</summary>
internal sealed class EventWatermark
{
    /// <summary>The last position that was drawn before the mark.</summary>
    public long Position { get; init; }

    /// <summary>A transaction that got its number after that. When it and all earlier ones have ended, the position is final.</summary>
    public ulong Transaction { get; init; }

    /// <summary>The oldest transaction that was running before the position was read.</summary>
    public ulong Horizon { get; init; }
}

internal sealed class EventWatermarkConfiguration : IEntityTypeConfiguration<EventWatermark>
{
    public void Configure(EntityTypeBuilder<EventWatermark> builder)
    {
        builder.ToTable("event_watermarks");
        builder.HasKey(mark => mark.Position).HasName("pk_event_watermarks");
        builder.Property(mark => mark.Position).ValueGeneratedNever();
        builder.Property(mark => mark.Transaction).HasColumnType("xid8");
        builder.Property(mark => mark.Horizon).HasColumnType("xid8");
    }
}
