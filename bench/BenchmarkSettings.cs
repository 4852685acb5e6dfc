using CleanWorkspace.Benchmarks.Measuring;

namespace CleanWorkspace.Benchmarks;

/// <summary>What is measured, and for how long.</summary>
internal sealed record BenchmarkSettings
{
    /// <summary>How many users, ascending.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>How many connections at once; the first one is what targets are about.</summary>
    public required IReadOnlyList<int> Connections { get; init; }

    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    /// <summary>Whether only service and floor are held against each other.</summary>
    public required bool IsQuick { get; init; }

    /// <summary>The names of operations; none for all of them.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    /// <summary>The document to write, or null.</summary>
    public required string? Output { get; init; }

    /// <summary>The program of a service that is built already, or null.</summary>
    public required string? Service { get; init; }

    /// <summary>Whether a file is imported, too.</summary>
    public bool IncludesImport => Only.Count == 0 ? !IsQuick : Only.Contains(Import.Name);

    public bool Includes(Operation operation) => Only.Count == 0 || Only.Contains(operation.Name);
}
