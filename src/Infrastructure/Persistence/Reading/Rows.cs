using CleanWorkspace.Application.Common;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Persistence.Reading;

/// <summary>How one kind of rows is read as it is shown.</summary>
/// <param name="table">The table with its alias.</param>
/// <param name="key">The columns that name a row.</param>
/// <param name="columns">What is read of a row, by the names of the properties that show it.</param>
internal abstract class Rows<T>(string table, string[] key, params Column[] columns)
{
    // So many are read soon enough for those to wait who asked for another row.
    private const int MaxMembershipsTogether = 500;

    private readonly string _allColumns = Join(columns, Fields<T>.All);

    public string Table => table;

    public string[] Key => key;

    /// <summary>The columns, in the order in which they are given. What is not shown is nothing in its place.</summary>
    public string ColumnsOf(Fields<T> fields) => fields.AreAll ? _allColumns : Join(columns, fields);

    /// <summary>All columns, of memberships no more than show whether they are too many to be read together with other rows.</summary>
    public string ColumnsTogether { get; } = string.Join(", ", columns.Select(column => column.Cut(MaxMembershipsTogether + 1)));

    /// <summary>Whether all of a row that is read by <see cref="ColumnsTogether"/> is there.</summary>
    public bool IsWhole(T row) => CountMemberships(row) <= MaxMembershipsTogether;

    /// <summary>Reads a row of those columns.</summary>
    public abstract T Read(NpgsqlDataReader row, Fields<T> fields);

    /// <summary>The row's place in a list.</summary>
    /// <param name="row">The row.</param>
    /// <param name="key">What the list is ordered by before what names the row.</param>
    public abstract Place PlaceOf(T row, string key);

    /// <summary>How many memberships a row shows.</summary>
    protected virtual int CountMemberships(T row) => 0;

    private static string Join(Column[] columns, Fields<T> fields) =>
        string.Join(", ", columns.Select(column => fields.Has(column.Property) ? column.Sql : column.Nothing));
}

/// <summary>What is read of a row.</summary>
/// <param name="Property">The name of the property that shows it.</param>
/// <param name="Sql">What it is.</param>
/// <param name="Nothing">What is read instead where it is not shown; the same where it costs as little.</param>
internal sealed record Column(string Property, string Sql, string Nothing)
{
    public static Column Always(string property, string sql) => new(property, sql, sql);

    public static Column Text(string property, string sql) => new(property, sql, "NULL::text");

    public static Column Ids(string property, string sql) => new(property, sql, "'{}'::uuid[]");

    /// <param name="property">The name of the property that shows the ids of the other side.</param>
    /// <param name="query">The query for them, in the order in which they are shown.</param>
    public static Column Memberships(string property, string query) => Ids(property, $"ARRAY({query})") with { Query = query };

    private string? Query { get; init; }

    /// <summary>What it is, of memberships no more than the first.</summary>
    public string Cut(int count) => Query is null ? Sql : $"ARRAY({Query} LIMIT {count})";
}

internal static class RowReading
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static Guid[] Ids(this NpgsqlDataReader row, int column) => row.GetFieldValue<Guid[]>(column);
}
