namespace CleanWorkspace.Application.Transfers;

/// <summary>The refused rows that have a fault with the same code in the same column.</summary>
/// <example>
/// {
///   "code": "unknown_user_group",
///   "column": "user_groups",
///   "rows": 5000,
///   "lines": [2, 3, 4],
///   "details": ["The group \"Board\" does not exist."]
/// }
/// </example>
/// <param name="Code">The stable code in snake_case.</param>
/// <param name="Column">The column or property; null if the fault concerns the whole row.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Lines">The numbers of the first lines.</param>
/// <param name="Details">The first different sentences about the fault.</param>
public sealed record FaultGroup(string Code, string? Column, long Rows, IReadOnlyList<long> Lines, IReadOnlyList<string> Details);
