using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.ApiKeys;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public static readonly StoredRow Row = new("api_keys", "k", """
        k.id, k.name, k.role, k.expires_at, k.last_used_at, k.token_hash, k.created_at, k.updated_at, k.version
        """);

    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.MapTo(Row);
        builder.ToTable(table => table.HasCheckConstraint("ck_api_keys_role", RoleColumn.Check));

        builder.Property(key => key.Name).HasMaxLength(ApiKey.NameRule.MaxLength);
        builder.Property(key => key.Role).HoldsRole();
    }
}
