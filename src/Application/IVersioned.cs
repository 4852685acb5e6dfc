namespace CleanWorkspace.Application;

/// <summary>An answer that tells the version of one resource.</summary>
public interface IVersioned
{
    /// <summary>Changes with every byte of the resource. Clients see it as the entity tag, not in the body.</summary>
    long Version { get; }
}
