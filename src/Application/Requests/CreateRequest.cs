using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Requests;

/// <summary>The description of a new resource. With an idempotency key it can be sent again and creates one resource only.</summary>
public abstract record CreateRequest : BodyRequest
{
    /// <summary>The value of the header <c>Idempotency-Key</c>, or null if the client sent none.</summary>
    [JsonIgnore]
    public string? Idempotency { get; init; }

    /// <summary>SHA-256 of operation and body. Set whenever the client sent an idempotency key.</summary>
    [JsonIgnore]
    public byte[]? Fingerprint { get; init; }

    /// <summary>The idempotency key with its fingerprint, or null if the client sent none.</summary>
    internal IdempotencyKey? GetIdempotencyKey() => Idempotency is null ? null : new IdempotencyKey(Idempotency, Fingerprint!);
}

/// <summary>A name that a client gives to one write. The write is carried out once, however often the client sends it.</summary>
/// <param name="Value">The name. Each caller has its own names.</param>
/// <param name="Fingerprint">SHA-256 of operation and body.</param>
public sealed record IdempotencyKey(string Value, byte[] Fingerprint);
