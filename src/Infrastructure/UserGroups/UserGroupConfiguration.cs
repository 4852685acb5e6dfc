using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.UserGroups;

internal sealed class UserGroupConfiguration : IEntityTypeConfiguration<UserGroup>
{
    public static readonly StoredRow Row = new("user_groups", "g", """
        g.id, g.name, g.icon, g.description, g.created_at, g.updated_at, g.version,
        ARRAY(SELECT m.user_id FROM memberships AS m WHERE m.group_id = g.id ORDER BY m.user_id) AS users
        """);

    public void Configure(EntityTypeBuilder<UserGroup> builder)
    {
        builder.MapTo(Row, group => group.Users);

        builder.Property(group => group.Name).HasMaxLength(UserGroup.NameRule.MaxLength);
        builder.Property(group => group.Icon).HasMaxLength(UserGroup.IconRule.MaxLength);
        builder.Property(group => group.Description).HasMaxLength(UserGroup.DescriptionRule.MaxLength);
    }
}
