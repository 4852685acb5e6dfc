namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Where a row is stored, and what EF Core reads as the entity: with the ids of the other side of its memberships.</summary>
/// <param name="Table">The table.</param>
/// <param name="Alias">What the columns call it.</param>
/// <param name="Columns">By name: a later version's new column must not change the answer of a statement that is prepared already.</param>
internal sealed record StoredRow(string Table, string Alias, string Columns)
{
    /// <summary>SQL: every row.</summary>
    public string Query { get; } = $"SELECT {Columns} FROM {Table} AS {Alias}";
}
