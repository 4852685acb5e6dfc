namespace CleanWorkspace.Application.ImportJobs;

/// <summary>The reason why a job failed.</summary>
public sealed record ImportJobFailure
{
    /// <summary>The stable error code in snake_case, as in a problem document.</summary>
    /// <example>unclosed_quote</example>
    public required string Code { get; init; }

    /// <summary>A sentence for people: what was wrong and what to do.</summary>
    /// <example>Line 7: The quote is not closed. Nothing was changed.</example>
    public required string Detail { get; init; }
}
