namespace CleanWorkspace.Domain.Values;

/// <summary>The fault of one value.</summary>
/// <param name="Code">The stable error code in snake_case.</param>
/// <param name="Detail">A sentence for people: what is wrong and what is right. It never repeats the value.</param>
public sealed record Fault(string Code, string Detail);

/// <summary>A value that breaks a rule reached an entity. Callers check values by the rule first.</summary>
/// <param name="fault">The fault of the value.</param>
public sealed class InvalidValueException(Fault fault) : Exception(fault.Detail)
{
    /// <summary>The fault of the value.</summary>
    public Fault Fault { get; } = fault;
}
