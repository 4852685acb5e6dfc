using CleanWorkspace.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The mapping that all entities share.</summary>
internal static class EntityConfiguration
{
    /// <summary>Maps an entity to its table. The version detects writes by others.</summary>
    public static void MapTo<TEntity>(this EntityTypeBuilder<TEntity> builder, string table)
        where TEntity : Entity
    {
        builder.ToTable(table);
        builder.HasKey(entity => entity.Id).HasName($"pk_{table}");
        builder.Property(entity => entity.Id).ValueGeneratedNever();
        builder.Property(entity => entity.CreatedAt).HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.Property(entity => entity.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.Property(entity => entity.Version).HasDefaultValue(1L).ValueGeneratedNever().IsConcurrencyToken();
    }
}
