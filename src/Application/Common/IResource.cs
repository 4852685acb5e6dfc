namespace CleanWorkspace.Application.Common;

/// <summary>A stored row as clients see it.</summary>
public interface IResource
{
    /// <summary>UUID version 7.</summary>
    Guid Id { get; }

    /// <summary>Changes with every byte of the resource, and is no part of it: clients see it as the entity tag.</summary>
    long Version { get; }
}
