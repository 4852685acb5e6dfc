namespace CleanWorkspace.Application.Transfers;

/// <summary>A file to import cannot be read any further, and nothing was changed, however good the rows before were: 400.</summary>
/// <param name="line">The number of the line, from 1; null where it is the file as a whole.</param>
/// <param name="code">Stable, snake_case; programs decide by it.</param>
/// <param name="detail">What is wrong and what would be right, for people.</param>
public sealed class InvalidFileException(long? line, string code, string detail)
    : Exception(line is null ? detail : $"Line {line}: {detail}")
{
    /// <summary>The number of the line, from 1; null where it is the file as a whole.</summary>
    public long? Line { get; } = line;

    /// <summary>Stable, snake_case; programs decide by it.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong and what would be right, without the line.</summary>
    public string Detail { get; } = detail;
}
