namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A group as the API shows it.</summary>
internal sealed record FloorGroup(
    Guid Id, string? Name, string? Icon, string? Description, Guid[] Users, DateTime CreatedAt, DateTime UpdatedAt);
