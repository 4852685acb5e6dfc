namespace CleanWorkspace.Domain.Values;

/// <summary>What is wrong with one value.</summary>
/// <param name="Code">Stable, snake_case; programs decide by it.</param>
/// <param name="Detail">One sentence for people: what is wrong and what would be right. Never repeats the value.</param>
public sealed record Fault(string Code, string Detail);

/// <summary>A value that breaks a rule of the domain reached an entity; callers check values with the rule first.</summary>
/// <param name="fault">What is wrong with the value.</param>
public sealed class InvalidValueException(Fault fault) : Exception(fault.Detail)
{
    /// <summary>What is wrong with the value.</summary>
    public Fault Fault { get; } = fault;
}
