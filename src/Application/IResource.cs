using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application;

/// <summary>A stored row as clients see it.</summary>
public interface IResource : IIdentified, IPartial, IVersioned
{
    /// <summary>The time of creation.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>The time of the last change.</summary>
    DateTimeOffset UpdatedAt { get; }
}

/// <summary>A row with an id.</summary>
public interface IIdentified
{
    /// <summary>UUID version 7. Ascending ids are in the order of creation.</summary>
    Guid Id { get; }
}

/// <summary>An answer with properties that the client can select.</summary>
public interface IPartial
{
    /// <summary>The properties that the answer shows. Other properties have not been read.</summary>
    Fields Shown { get; }
}
