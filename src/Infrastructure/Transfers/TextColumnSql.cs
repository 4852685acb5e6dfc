using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The parts of the import's statements that list the text columns. The staged row has the alias <c>i</c>.</summary>
internal static class TextColumnSql
{
    /// <summary>The columns of a staging table: for each text column whether the row gives it, and the value.</summary>
    public static string Definitions(IReadOnlyList<TextColumn> columns) =>
        Join(columns, ",\n    ", name => $"gives_{name} boolean NOT NULL, {name} text");

    /// <summary>The columns of a table without <c>gives_</c> columns.</summary>
    public static string PlainDefinitions(IReadOnlyList<TextColumn> columns) => Join(columns, ", ", name => $"{name} text");

    /// <summary>The names of the columns.</summary>
    public static string Names(IReadOnlyList<TextColumn> columns) => Join(columns, ", ", name => name);

    /// <summary>The values of the staged row.</summary>
    public static string Values(IReadOnlyList<TextColumn> columns) => Join(columns, ", ", name => $"i.{name}");

    /// <summary>The assignments of an UPDATE. A value that the row does not give stays as it is.</summary>
    public static string Assignments(IReadOnlyList<TextColumn> columns, string target) =>
        Join(columns, ",\n    ", name => $"{name} = CASE WHEN i.gives_{name} THEN i.{name} ELSE {target}.{name} END");

    /// <summary>The condition that a given value differs from the stored one.</summary>
    public static string Differences(IReadOnlyList<TextColumn> columns, string target) =>
        Join(columns, "\n    OR ", name => $"(i.gives_{name} AND i.{name} IS DISTINCT FROM {target}.{name})");

    private static string Join(IReadOnlyList<TextColumn> columns, string separator, Func<string, string> part) =>
        string.Join(separator, columns.Select(column => part(column.Name)));
}
