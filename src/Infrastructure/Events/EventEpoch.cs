using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Events;

/// <summary>A time during which the feed had one history. A restored database and a promoted standby begin a new one.</summary>
internal sealed class EventEpoch
{
    /// <summary>The number of the epoch, from 1.</summary>
    public int Number { get; init; }

    /// <summary>The name in tokens.</summary>
    public string Name { get; init; } = "";

    /// <summary>What tells the database of this epoch from its copies (Schema/events.sql).</summary>
    public string Source { get; init; } = "";

    /// <summary>The position up to which the epoch has the same history as the one before.</summary>
    public long StartsAfter { get; init; }

    /// <summary>The position up to which entries of the audit were removed. The newest epoch has the current value.</summary>
    public long RemovedUntil { get; init; }
}

internal sealed class EventEpochConfiguration : IEntityTypeConfiguration<EventEpoch>
{
    public void Configure(EntityTypeBuilder<EventEpoch> builder)
    {
        builder.ToTable("event_epochs");
        builder.HasKey(epoch => epoch.Number).HasName("pk_event_epochs");
        builder.Property(epoch => epoch.Number).ValueGeneratedNever();
    }
}
