namespace CleanWorkspace.Application.Transfers;

/// <summary>One fault of a refused row, as the report shows it.</summary>
/// <param name="Line">The number of the line in the file, from 1. A row of several lines has the number of the first.</param>
/// <param name="Column">The column or property with the fault; null if the fault concerns the whole row.</param>
/// <param name="Code">The stable code in snake_case. Programs branch by it.</param>
/// <param name="Detail">A sentence for people: what is wrong and what to do.</param>
/// <example>
/// {
///   "line": 12,
///   "column": "email",
///   "code": "duplicate_email",
///   "detail": "Line 7 has the same address. Each address can be in one row only."
/// }
/// </example>
public sealed record ImportRefusal(long Line, string? Column, string Code, string Detail);
