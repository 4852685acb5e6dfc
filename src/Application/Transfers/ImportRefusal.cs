namespace CleanWorkspace.Application.Transfers;

/// <summary>One fault of a row that was refused.</summary>
/// <param name="Line">The number of the line in the file, from 1; of a row of several lines, the first.</param>
/// <param name="Column">The column or property that is at fault; null where it is the row.</param>
/// <param name="Code">Stable, snake_case; programs decide by it.</param>
/// <param name="Detail">What is wrong and what would be right, for people.</param>
public sealed record ImportRefusal(long Line, string? Column, string Code, string Detail);
