using CleanWorkspace.Domain.Webhooks;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>Maps the webhooks, their cursors, the attempts to deliver events, and the parts of the feed to send again.</summary>
internal sealed class WebhookConfiguration
    : IEntityTypeConfiguration<Webhook>,
        IEntityTypeConfiguration<WebhookCursor>,
        IEntityTypeConfiguration<WebhookDelivery>,
        IEntityTypeConfiguration<WebhookResend>
{
    private static readonly string States = string.Join(", ", WebhookStateName.All.Select(name => $"'{name}'"));

    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.MapTo("webhooks");
        builder.ToTable(table => table.HasCheckConstraint("ck_webhooks_state", $"state IN ({States})"));

        // The audit has texts, so the types are one text.
        builder.Property(webhook => webhook.Types)
            .HasConversion(
                types => string.Join(',', types!),
                text => text.Split(',', StringSplitOptions.None),
                new ValueComparer<IReadOnlyList<string>?>(
                    (one, other) => one == other || (one != null && other != null && one.SequenceEqual(other)),
                    types => types == null ? 0 : types.Count))
            .HasColumnType("text");
        builder.Property(webhook => webhook.State)
            .HasConversion(state => WebhookStateName.Of(state), name => WebhookStateName.Parse(name)).HasColumnType("text");
        builder.Property(webhook => webhook.Attempts).HasDefaultValue(0);
        builder.HasOne(webhook => webhook.Cursor).WithOne().HasForeignKey<WebhookCursor>(cursor => cursor.WebhookId)
            .OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_webhook_cursors_webhook");
    }

    public void Configure(EntityTypeBuilder<WebhookCursor> builder)
    {
        builder.ToTable("webhook_cursors");
        builder.HasKey(cursor => cursor.WebhookId).HasName("pk_webhook_cursors");
    }

    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries");
        builder.HasKey(delivery => delivery.Id).HasName("pk_webhook_deliveries");
        builder.HasIndex(delivery => new { delivery.WebhookId, delivery.Id }).HasDatabaseName("ix_webhook_deliveries_webhook");
        builder.HasIndex(delivery => new { delivery.WebhookId, delivery.EventId }).HasDatabaseName("ix_webhook_deliveries_event");
        builder.HasIndex(delivery => delivery.ResourceId).HasDatabaseName("ix_webhook_deliveries_resource");
        builder.Property(delivery => delivery.Id).ValueGeneratedNever();
        builder.HasOne<Webhook>().WithMany().HasForeignKey(delivery => delivery.WebhookId)
            .OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_webhook_deliveries_webhook");
    }

    public void Configure(EntityTypeBuilder<WebhookResend> builder)
    {
        builder.ToTable("webhook_resends");
        builder.HasKey(resend => resend.Id).HasName("pk_webhook_resends");
        builder.HasIndex(resend => new { resend.WebhookId, resend.Position }).HasDatabaseName("ix_webhook_resends_webhook");
        builder.Property(resend => resend.Id).ValueGeneratedNever();
        builder.HasOne<Webhook>().WithMany().HasForeignKey(resend => resend.WebhookId)
            .OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_webhook_resends_webhook");
    }
}
