namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The weight of a <see cref="Finding"/>.</summary>
public enum FindingLevel
{
    /// <summary>Nothing has to be done.</summary>
    Good,

    /// <summary>The service works. Something may surprise the operator later.</summary>
    Warning,

    /// <summary>The service does not work, or a part of it does not.</summary>
    Wrong,
}

/// <summary>The result of one check of settings or database, for the operator.</summary>
/// <param name="Level">The weight.</param>
/// <param name="Subject">What was checked, in a few words.</param>
/// <param name="Text">What was found and, unless it is good, what to do. One or two sentences without the last full stop.</param>
public sealed record Finding(FindingLevel Level, string Subject, string Text);
