using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The mapping of the generated columns with the folded text that searches read, and of their trigram index.</summary>
internal static class SearchText
{
    // Each row has dozens of trigrams. PostgreSQL collects them in a pending list of this size (KiB) and adds many rows to the index at
    // once. SearchIndexTidying empties the list every second, so that writers do not have to.
    private const int PendingListKibibytes = 4096;

    /// <summary>Maps the columns.</summary>
    /// <param name="builder">The entity.</param>
    /// <param name="table">The name of the table.</param>
    /// <param name="columns">The columns, each with the folded text as an SQL expression.</param>
    public static void HasSearchText<TEntity>(
        this EntityTypeBuilder<TEntity> builder, string table, params (string Property, string Expression)[] columns)
        where TEntity : class
    {
        foreach (var (property, expression) in columns)
        {
            builder.Property<string>(property).HasComputedColumnSql(expression, stored: true).IsRequired(false);
        }

        builder.HasIndex([.. columns.Select(column => column.Property)]).HasDatabaseName($"ix_{table}_search_text")
            .HasMethod("gin").HasOperators([.. columns.Select(_ => "gin_trgm_ops")])
            .HasStorageParameter("gin_pending_list_limit", PendingListKibibytes);
    }
}
