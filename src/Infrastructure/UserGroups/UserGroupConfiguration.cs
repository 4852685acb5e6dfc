using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.UserGroups;

internal sealed class UserGroupConfiguration : IEntityTypeConfiguration<UserGroup>
{
    // Room in each page for new versions of rows. See UserConfiguration.
    private const int FillFactor = 85;

    public void Configure(EntityTypeBuilder<UserGroup> builder)
    {
        builder.MapTo("user_groups");
        builder.HasStorageParameter("fillfactor", FillFactor);
        // The number of members, which triggers maintain. The row changes with its members anyway.
        builder.Property<int>("UserCount").HasDefaultValue(0);
        builder.Ignore(group => group.Users);
        builder.HasSearchText("user_groups", "name, NULL, NULL");
    }
}
