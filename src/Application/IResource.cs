using CleanWorkspace.Application.Lists;
namespace CleanWorkspace.Application;

/// <summary>A stored row as clients see it.</summary>
public interface IResource : IPartial
{
    /// <summary>UUID version 7.</summary>
    Guid Id { get; }

    /// <summary>Changes with every byte of the resource, and is no part of it: clients see it as the entity tag.</summary>
    long Version { get; }
}

/// <summary>What may be shown in part.</summary>
public interface IPartial
{
    /// <summary>The properties that are shown; the others have not been read.</summary>
    Fields Shown { get; }
}
