using System.Diagnostics.CodeAnalysis;

namespace CleanWorkspace.Application.Lists;

/// <summary>What a parameter of a list may say, where that is more than a number, a time, an id or text.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IQueryValue<TSelf>
    where TSelf : class, IQueryValue<TSelf>
{
    /// <summary>The code of anything else.</summary>
    static abstract string Code { get; }

    /// <summary>What is right, in words that follow "Must be given once, ".</summary>
    static abstract string Form { get; }

    /// <summary>Reads the parameter; false where it has not the form.</summary>
    static abstract bool TryParse(string? text, [NotNullWhen(true)] out TSelf? value);
}
