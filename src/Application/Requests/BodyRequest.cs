using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Requests;

/// <summary>A request that came as a JSON object, every property of which is optional.</summary>
public abstract record BodyRequest
{
    /// <summary>
    /// What was wrong with the object before any property's value could be judged: unknown properties, wrong types.
    /// They are reported together with the faults of the values.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<RequestFault> ReadingFaults { get; init; } = [];

    /// <summary>What the request says about rows other than its own; only the database can tell whether it holds.</summary>
    public abstract References GetReferences();
}

/// <summary>
/// Marks a property that is accepted for the sake of real clients but is no part of the documented schema
/// (contract, Request bodies: the two exceptions).
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UndocumentedAttribute : Attribute;
