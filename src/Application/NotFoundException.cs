namespace CleanWorkspace.Application;

/// <summary>There is no resource of that id: 404.</summary>
/// <param name="code">Stable, snake_case: which kind of resource is missing.</param>
/// <param name="detail">One sentence for people.</param>
public sealed class NotFoundException(string code, string detail) : Exception(detail)
{
    /// <summary>Stable, snake_case: which kind of resource is missing.</summary>
    public string Code { get; } = code;

    /// <summary>No user has that id.</summary>
    public static NotFoundException User(Guid id) => new("user_not_found", $"There is no user {id}.");

    /// <summary>No group has that id.</summary>
    public static NotFoundException UserGroup(Guid id) => new("user_group_not_found", $"There is no user group {id}.");

    /// <summary>No API key has that id.</summary>
    public static NotFoundException ApiKey(Guid id) => new("api_key_not_found", $"There is no API key {id}.");
}
