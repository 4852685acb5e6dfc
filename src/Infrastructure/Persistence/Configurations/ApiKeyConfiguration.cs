using CleanWorkspace.Domain.ApiKeys;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Persistence.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    // Columns by name: a later version's new column must not change the answer of a statement that is prepared already.
    public const string Query = """
        SELECT k.id, k.name, k.role, k.expires_at, k.last_used_at, k.token_hash, k.created_at, k.updated_at, k.version
        FROM api_keys AS k
        """;

    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.MapTo("api_keys", Query);
        builder.ToTable(table => table.HasCheckConstraint("ck_api_keys_role", RoleColumn.Check));

        builder.Property(key => key.Name).HasMaxLength(ApiKey.NameRule.MaxLength);
        builder.Property(key => key.Role).HoldsRole();
    }
}
