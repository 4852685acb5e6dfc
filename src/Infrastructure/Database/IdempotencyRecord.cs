namespace CleanWorkspace.Infrastructure.Database;

/// <summary>A write that was carried out under an idempotency key, with its answer.</summary>
internal sealed class IdempotencyRecord
{
    /// <summary>The time of creation up to which records are expired, as an SQL expression. An expired record counts as deleted.</summary>
    public const string ExpiredUntil = "now() - interval '24 hours'";

    /// <summary>The actor of the write. Each actor has its own keys.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The key.</summary>
    public string Key { get; init; } = "";

    /// <summary>SHA-256 of operation and body.</summary>
    public byte[] Fingerprint { get; init; } = [];

    /// <summary>The row of the first answer, as JSON.</summary>
    public string Answer { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }
}
