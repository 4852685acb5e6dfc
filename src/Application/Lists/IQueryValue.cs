using System.Diagnostics.CodeAnalysis;

namespace CleanWorkspace.Application.Lists;

/// <summary>A query parameter with its own syntax, such as a cursor or a sort key.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IQueryValue<TSelf>
    where TSelf : class, IQueryValue<TSelf>
{
    /// <summary>The error code for a value with a wrong syntax.</summary>
    static abstract string Code { get; }

    /// <summary>The right syntax, in words that follow "Must be given once, ".</summary>
    static abstract string Form { get; }

    /// <summary>All values, or all elements of a value that is a list; empty if they cannot be listed.</summary>
    static virtual IReadOnlyList<string> Values => [];

    /// <summary>Reads the value. Returns false if the syntax is wrong.</summary>
    static abstract bool TryParse(string? text, [NotNullWhen(true)] out TSelf? value);
}
