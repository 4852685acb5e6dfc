namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A user as the API shows it.</summary>
internal sealed record FloorUser(
    Guid Id, string? FirstName, string? LastName, string? Email, string Role, Guid[] UserGroups, DateTime CreatedAt, DateTime UpdatedAt);
