namespace CleanWorkspace.Application.Transfers;

/// <summary>How a file is imported.</summary>
/// <param name="IsPartial">Whether the good rows are applied where others are refused; otherwise it is all or nothing.</param>
/// <param name="IsDryRun">Whether it is only said what would happen.</param>
/// <param name="CreatesGroups">Whether groups that are not there are created; otherwise who names them is refused.</param>
public sealed record ImportOptions(bool IsPartial, bool IsDryRun, bool CreatesGroups);
