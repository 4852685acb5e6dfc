using CleanWorkspace.Domain.Values;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>Removes the attempts to deliver events after 30 days, in small batches.</summary>
internal sealed class WebhookDeliveryExpiry(NpgsqlDataSource database, TimeProvider clock, ILogger<WebhookDeliveryExpiry> logger)
    : Upkeep(logger, "Cannot remove old deliveries of webhooks")
{
    private const int BatchSize = 1000;

    private static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    private static readonly string RemoveBatch = $"""
        DELETE FROM webhook_deliveries WHERE id IN (
            SELECT id FROM webhook_deliveries WHERE id < $1 ORDER BY id LIMIT {BatchSize} FOR UPDATE SKIP LOCKED)
        """;

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override Task RunOnceAsync(CancellationToken cancellationToken) => DeleteInBatchesAsync(
        () =>
        {
            var command = database.CreateCommand(RemoveBatch);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Uuid.FirstAt(clock.GetUtcNow() - Retention) });
            return command;
        },
        BatchSize,
        cancellationToken);
}
