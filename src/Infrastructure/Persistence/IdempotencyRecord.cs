namespace CleanWorkspace.Infrastructure.Persistence;

/// <summary>A write that was carried out under an idempotency key, stored with it.</summary>
internal sealed class IdempotencyRecord
{
    /// <summary>Who carried it out: a key of one is nothing to another.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The key, as the client made it up.</summary>
    public string Key { get; init; } = "";

    /// <summary>SHA-256 of what was asked for.</summary>
    public byte[] Fingerprint { get; init; } = [];

    /// <summary>The stored row as the first answer showed it.</summary>
    public string? Answer { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
