using CleanWorkspace.Application.Lists;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// The description of a row as clients see it: its columns and how they are read. Reads, answers of writes, exports and repeated
/// answers use the same description.
/// </summary>
/// <param name="name">The name of the table.</param>
/// <param name="alias">The alias of the table in statements.</param>
/// <param name="key">The columns that identify a row. They break ties.</param>
/// <param name="columns">The columns, in the order in which the row is read.</param>
internal abstract class Rows<T>(string name, string alias, string[] key, params Column[] columns)
{
    private readonly string _allColumns = Join(columns, Fields<T>.All);
    private readonly int _memberships = Array.FindIndex(columns, column => column.IsMemberships);

    /// <summary>The name of the table.</summary>
    public string Name => name;

    /// <summary>The alias of the table. Columns are qualified with it.</summary>
    public string Alias => alias;

    /// <summary>The table with its alias.</summary>
    public string Table { get; } = $"{name} AS {alias}";

    /// <summary>The columns that identify a row.</summary>
    public string[] Key => key;

    /// <summary>
    /// The columns for reading many rows by their ids. A long list of memberships is left out (<see cref="IsComplete"/>).
    /// </summary>
    public string ColumnsInBatch { get; } = string.Join(", ", columns.Select(column => column.SqlInBatch));

    /// <summary>The columns of a new row that has no memberships yet.</summary>
    public string ColumnsOfNew { get; } =
        string.Join(", ", columns.Select(column => column.IsMemberships ? column.SqlIfHidden : column.Sql));

    /// <summary>The columns with their types, for reading a row from JSON.</summary>
    public string Definitions { get; } = string.Join(", ", columns.Select(column => $"{column.Property} {column.Type}"));

    /// <summary>Returns the columns. A column that is not shown is replaced by an empty value, so positions stay the same.</summary>
    public string ColumnsOf(Fields<T> fields) => fields.AreAll ? _allColumns : Join(columns, fields);

    /// <summary>Tells whether a row of <see cref="ColumnsInBatch"/> has its memberships.</summary>
    public bool IsComplete(NpgsqlDataReader row) => !row.IsDBNull(_memberships);

    /// <summary>Reads the current row.</summary>
    public T Read(NpgsqlDataReader row, Fields<T> fields) => Read(new RowReader(row), fields);

    /// <summary>Returns the position of a row in a list.</summary>
    /// <param name="row">The row.</param>
    /// <param name="sortKey">The value of the sort key.</param>
    public abstract ListPosition PositionOf(T row, string sortKey);

    /// <summary>Reads the columns in their order.</summary>
    protected abstract T Read(RowReader row, Fields<T> fields);

    private static string Join(Column[] columns, Fields<T> fields) =>
        string.Join(", ", columns.Select(column => fields.Has(column.Property) ? column.Sql : column.SqlIfHidden));
}

/// <summary>One column of a row.</summary>
internal sealed record Column
{
    // A row with more memberships would delay the callers that wait for the other rows of the batch.
    private const int MaxMembershipsInBatch = 500;

    private Column(string property, string type, string expression, string? emptyValue)
    {
        Property = property;
        Type = type;
        Sql = Named(expression);
        SqlIfHidden = emptyValue is null ? Sql : Named(emptyValue);
        SqlInBatch = Sql;
    }

    /// <summary>The name of the JSON property.</summary>
    public string Property { get; }

    /// <summary>The type of the column.</summary>
    public string Type { get; }

    /// <summary>The expression that reads the column.</summary>
    public string Sql { get; }

    /// <summary>The expression if the property is not shown. Cheap columns are always read.</summary>
    public string SqlIfHidden { get; }

    /// <summary>The expression in a batch of rows. It is null for a long list of memberships.</summary>
    public string SqlInBatch { get; private init; }

    /// <summary>Whether the column has the ids of the other side of the memberships.</summary>
    public bool IsMemberships { get; private init; }

    /// <summary>A column that is always read.</summary>
    public static Column Always(string column, string type) => new(PropertyOf(column), type, column, null);

    /// <summary>A nullable text column that is read only if it is shown.</summary>
    public static Column Text(string column) => new(PropertyOf(column), "text", column, "NULL::text");

    /// <summary>A JSON column that is read only if it is shown.</summary>
    public static Column Json(string column) => new(PropertyOf(column), "jsonb", column, "'{}'::jsonb");

    /// <summary>A column of ids that is read only if it is shown.</summary>
    /// <param name="property">The name of the JSON property.</param>
    /// <param name="expression">The expression that reads the ids.</param>
    public static Column Ids(string property, string expression) => new(property, "uuid[]", expression, "'{}'::uuid[]");

    /// <summary>The ids of the other side of the memberships.</summary>
    /// <param name="property">The name of the JSON property.</param>
    /// <param name="query">The query for the ids, ascending.</param>
    /// <param name="count">The column with the number of ids, if the row has one.</param>
    public static Column Memberships(string property, string query, string? count = null)
    {
        var column = new Column(property, "uuid[]", $"ARRAY({query})", "'{}'::uuid[]");
        return column with
        {
            IsMemberships = true,
            SqlInBatch = column.Named(count is not null
                ? $"CASE WHEN {count} <= {MaxMembershipsInBatch} THEN ARRAY({query}) END"
                // OFFSET 0 keeps PostgreSQL from running the inner query twice.
                : $"""
                  (SELECT CASE WHEN cardinality(own.ids) <= {MaxMembershipsInBatch} THEN own.ids END
                  FROM (SELECT ARRAY({query} LIMIT {MaxMembershipsInBatch + 1}) AS ids OFFSET 0) AS own)
                  """),
        };
    }

    private static string PropertyOf(string column) => column[(column.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private string Named(string expression) =>
        expression.EndsWith($".{Property}", StringComparison.Ordinal) ? expression : $"{expression} AS {Property}";
}
