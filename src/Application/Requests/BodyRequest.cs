using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Requests;

/// <summary>A request with a JSON object as its body. Every property is optional.</summary>
public abstract record BodyRequest
{
    /// <summary>
    /// The faults of the JSON itself: unknown properties and wrong types. They are reported together with the faults of the values.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<RequestFault> ReadingFaults { get; init; } = [];

    /// <summary>Returns the references to stored rows. Only the database can tell whether they are valid.</summary>
    public virtual References GetReferences() => References.None;

    /// <summary>Reads the stored values of the properties that the client sent back, or null if the row does not exist.</summary>
    internal virtual Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken) =>
        Task.FromResult<StoredProperties?>(null);
}

/// <summary>
/// Marks a property that is accepted for existing clients, or a parameter that is refused with a reason. Neither is part of the OpenAPI
/// document (<c>docs/contract.md</c>, Request bodies).
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class UndocumentedAttribute : Attribute;
