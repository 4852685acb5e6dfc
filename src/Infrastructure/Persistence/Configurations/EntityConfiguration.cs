using System.Linq.Expressions;
using CleanWorkspace.Domain.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Persistence.Configurations;

internal static class EntityConfiguration
{
    /// <summary>
    /// Maps an entity to its table, and reading it to a query that adds the ids of the other side of its memberships:
    /// aggregated in SQL beside the row, and only where they are shown.
    /// </summary>
    public static void MapTo<TEntity>(
        this EntityTypeBuilder<TEntity> builder, string table, string query, Expression<Func<TEntity, Guid[]>> members)
        where TEntity : Entity
    {
        builder.MapTo(table, query);
        builder.Property(members).Metadata.SetColumnName(null, StoreObjectIdentifier.Table(table));
    }

    /// <summary>Maps an entity to its table, and reading it to a query.</summary>
    public static void MapTo<TEntity>(this EntityTypeBuilder<TEntity> builder, string table, string query)
        where TEntity : Entity
    {
        builder.ToTable(table);
        builder.ToSqlQuery(query);
        builder.HasKey(entity => entity.Id).HasName($"pk_{table}");
        builder.Property(entity => entity.Id).ValueGeneratedNever();
        builder.Property(entity => entity.CreatedAt).HasDefaultValueSql("now()");
        builder.Property(entity => entity.UpdatedAt).HasDefaultValueSql("now()");
        builder.Property(entity => entity.Version).HasDefaultValue(1L);
    }
}
