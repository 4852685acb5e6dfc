using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Application.ImportJobs;

/// <summary>An import to run without its client.</summary>
/// <param name="Id">The id of the job.</param>
/// <param name="Caller">The caller of the request. The audit names it.</param>
/// <param name="Input">The description of the file, and the options.</param>
public sealed record ImportJob(Guid Id, Caller Caller, ImportJobInput Input);

/// <summary>The description of a job's file, and the options of the import.</summary>
/// <param name="Format">The format of the file: <c>csv</c> or <c>ndjson</c>.</param>
/// <param name="Columns">The parameter <c>columns</c>, or null.</param>
/// <param name="IgnoresOtherColumns">The parameter <c>ignore_other_columns</c>.</param>
/// <param name="Options">The options of the import.</param>
public sealed record ImportJobInput(string Format, string? Columns, bool IgnoresOtherColumns, ImportOptions Options);
