using CleanWorkspace.Application.Lists;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>How one kind of rows is read as it is shown.</summary>
/// <param name="table">The table with its alias.</param>
/// <param name="key">The columns that name a row.</param>
/// <param name="columns">What is read of a row, by the names of the properties that show it.</param>
internal abstract class Rows<T>(string table, string[] key, params Column[] columns)
{
    private readonly string _allColumns = Join(columns, Fields<T>.All);
    private readonly int _memberships = Array.FindIndex(columns, column => column.Together != column.Sql);

    public string Table => table;

    public string[] Key => key;

    /// <summary>The columns, in the order in which they are given. What is not shown is nothing in its place.</summary>
    public string ColumnsOf(Fields<T> fields) => fields.AreAll ? _allColumns : Join(columns, fields);

    /// <summary>All columns, for rows that are read together: of one with many memberships these are left out (<see cref="IsWhole"/>).</summary>
    public string ColumnsTogether { get; } = string.Join(", ", columns.Select(column => column.Together));

    /// <summary>Whether a row that is read by <see cref="ColumnsTogether"/> has all columns, and can be read.</summary>
    public bool IsWhole(NpgsqlDataReader row) => !row.IsDBNull(_memberships);

    /// <summary>Reads a row of those columns.</summary>
    public abstract T Read(NpgsqlDataReader row, Fields<T> fields);

    /// <summary>The row's place in a list.</summary>
    /// <param name="row">The row.</param>
    /// <param name="key">What the list is ordered by before what names the row.</param>
    public abstract Place PlaceOf(T row, string key);

    private static string Join(Column[] columns, Fields<T> fields) =>
        string.Join(", ", columns.Select(column => fields.Has(column.Property) ? column.Sql : column.Nothing));
}

/// <summary>What is read of a row.</summary>
/// <param name="Property">The name of the property that shows it.</param>
/// <param name="Sql">What it is.</param>
/// <param name="Nothing">What is read instead where it is not shown; the same where it costs as little.</param>
internal sealed record Column(string Property, string Sql, string Nothing)
{
    // So many are read soon enough for those to wait who asked for another row.
    private const int MaxMembershipsTogether = 500;

    /// <summary>What is read of rows that are read together: nothing of many memberships.</summary>
    public string Together { get; private init; } = Sql;

    public static Column Always(string property, string sql) => new(property, sql, sql);

    public static Column Text(string property, string sql) => new(property, sql, "NULL::text");

    public static Column Ids(string property, string sql) => new(property, sql, "'{}'::uuid[]");

    /// <param name="property">The name of the property that shows the ids of the other side.</param>
    /// <param name="query">The query for them, in the order in which they are shown.</param>
    /// <param name="count">How many they are, where the row says so.</param>
    public static Column Memberships(string property, string query, string? count = null) => Ids(property, $"ARRAY({query})") with
    {
        Together = count is not null
            ? $"CASE WHEN {count} <= {MaxMembershipsTogether} THEN ARRAY({query}) END"
            // Once, which a subquery that PostgreSQL dissolves would not do.
            : $"(SELECT CASE WHEN cardinality(own.ids) <= {MaxMembershipsTogether} THEN own.ids END FROM (SELECT ARRAY({query} LIMIT {MaxMembershipsTogether + 1}) AS ids OFFSET 0) AS own)",
    };
}

internal static class RowReading
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static Guid[] Ids(this NpgsqlDataReader row, int column) => row.GetFieldValue<Guid[]>(column);
}
