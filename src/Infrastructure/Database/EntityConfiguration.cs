using System.Linq.Expressions;
using CleanWorkspace.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

internal static class EntityConfiguration
{
    /// <summary>
    /// Maps an entity to its table, and reading it to a query that adds the ids of the other side of its memberships:
    /// aggregated in SQL beside the row, and only where they are shown.
    /// </summary>
    public static void MapTo<TEntity>(
        this EntityTypeBuilder<TEntity> builder, StoredRow row, Expression<Func<TEntity, Guid[]>> members)
        where TEntity : Entity
    {
        builder.MapTo(row);
        builder.Property(members).Metadata.SetColumnName(null, StoreObjectIdentifier.Table(row.Table));
    }

    /// <summary>Maps an entity to its table, and reading it to a query.</summary>
    public static void MapTo<TEntity>(this EntityTypeBuilder<TEntity> builder, StoredRow row)
        where TEntity : Entity
    {
        builder.ToTable(row.Table);
        builder.ToSqlQuery(row.Query);
        builder.HasKey(entity => entity.Id).HasName($"pk_{row.Table}");
        builder.Property(entity => entity.Id).ValueGeneratedNever();
        builder.Property(entity => entity.CreatedAt).HasDefaultValueSql("now()");
        builder.Property(entity => entity.UpdatedAt).HasDefaultValueSql("now()");
        builder.Property(entity => entity.Version).HasDefaultValue(1L);
    }
}
