using System.Text;

namespace CleanWorkspace.WebApi.Json;

/// <summary>A property that <see cref="StrictJsonReader"/> accepts.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">The type of the value.</param>
internal sealed record AcceptedProperty(string Name, PropertyKind Kind)
{
    /// <summary>The name in UTF-8.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);
}

/// <summary>The type of a property's value.</summary>
internal enum PropertyKind
{
    /// <summary>A string or null.</summary>
    Text,

    /// <summary>A list of strings, or null.</summary>
    List,

    /// <summary>Any value. It is not read.</summary>
    Ignored,
}
