using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The mapping of <c>search_text</c>: a generated column with the folded text that searches read, and its trigram index.</summary>
internal static class SearchText
{
    // Each row has dozens of trigrams. PostgreSQL collects them in a pending list of this size (KiB) and adds many rows to the index at
    // once. SearchIndexTidying empties the list every second, so that writers do not have to.
    private const int PendingListKibibytes = 4096;

    /// <summary>Maps the column.</summary>
    /// <param name="builder">The entity.</param>
    /// <param name="table">The name of the table.</param>
    /// <param name="arguments">The two names and the address that are searched, as SQL expressions.</param>
    public static void HasSearchText<TEntity>(this EntityTypeBuilder<TEntity> builder, string table, string arguments)
        where TEntity : class
    {
        builder.Property<string>("SearchText").HasComputedColumnSql($"search_text({arguments})", stored: true).IsRequired(false);
        builder.HasIndex("SearchText").HasDatabaseName($"ix_{table}_search_text")
            .HasMethod("gin").HasOperators("gin_trgm_ops").HasStorageParameter("gin_pending_list_limit", PendingListKibibytes);
    }
}
