using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Requests;

/// <summary>Describes a new resource. Under a key it may be sent again, and creates one resource all the same.</summary>
public abstract record CreateRequest : BodyRequest
{
    /// <summary>What the client calls this one request, however often it sends it; null where it has no name for it.</summary>
    [JsonIgnore]
    public string? Idempotency { get; init; }

    /// <summary>SHA-256 of what is asked for. It is there wherever the client sent a key.</summary>
    [JsonIgnore]
    public byte[]? Fingerprint { get; init; }

    /// <summary>The key with what it stands for, or null where there is none.</summary>
    internal IdempotencyKey? GetIdempotencyKey() => Idempotency is null ? null : new IdempotencyKey(Idempotency, Fingerprint!);
}

/// <summary>A client's name for one write, under which it is carried out once.</summary>
/// <param name="Value">The name; another client may use the same for something else.</param>
/// <param name="Fingerprint">SHA-256 of what is asked for.</param>
public sealed record IdempotencyKey(string Value, byte[] Fingerprint);
