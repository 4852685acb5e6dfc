using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.ApiKeys;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.MapTo("api_keys");
        builder.ToTable(table => table.HasCheckConstraint("ck_api_keys_role", RoleColumn.Check));

        builder.Property(key => key.Role).HoldsRole();
    }
}
