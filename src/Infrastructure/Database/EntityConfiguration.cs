using CleanWorkspace.Domain;
using CleanWorkspace.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The mapping that all entities share.</summary>
internal static class EntityConfiguration
{
    /// <summary>
    /// Maps an entity to its table. The version detects writes by others. A text property with a rule of the same name, such as
    /// <c>Name</c> and <c>NameRule</c>, gets the maximum length of the rule.
    /// </summary>
    public static void MapTo<TEntity>(this EntityTypeBuilder<TEntity> builder, string table)
        where TEntity : Entity
    {
        builder.ToTable(table);
        builder.HasKey(entity => entity.Id).HasName($"pk_{table}");
        builder.Property(entity => entity.Id).ValueGeneratedNever();
        builder.Property(entity => entity.CreatedAt).HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.Property(entity => entity.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.Property(entity => entity.Version).HasDefaultValue(1L).ValueGeneratedNever().IsConcurrencyToken();
        foreach (var property in typeof(TEntity).GetProperties())
        {
            if (typeof(TEntity).GetField($"{property.Name}Rule")?.GetValue(null) is TextRule rule)
            {
                builder.Property(property.Name).HasMaxLength(rule.MaxLength);
            }
        }
    }
}
