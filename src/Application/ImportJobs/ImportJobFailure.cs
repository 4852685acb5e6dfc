namespace CleanWorkspace.Application.ImportJobs;

/// <summary>The reason why a job failed.</summary>
/// <param name="Code">The stable error code in snake_case, as in a problem document.</param>
/// <param name="Detail">A sentence for people: what was wrong and what to do.</param>
/// <example>
/// {
///   "code": "unclosed_quote",
///   "detail": "Line 7: The quote is not closed. Nothing was changed."
/// }
/// </example>
public sealed record ImportJobFailure(string Code, string Detail);
