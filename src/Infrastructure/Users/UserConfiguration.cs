using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public const string UniqueEmail = "ux_users_folded_email";

    /// <summary>
    /// What addresses are unique by and lists of users are sorted by, as the index has it: of who has none, a blank, which comes before all
    /// addresses, and the id.
    /// </summary>
    public const string EmailKey = "coalesce(u.folded_email, ' ' || u.id::text) COLLATE \"C\"";

    public static readonly StoredRow Row = new("users", "u", """
        u.id, u.first_name, u.last_name, u.email, u.folded_email, u.role, u.created_at, u.updated_at, u.version,
        ARRAY(SELECT m.group_id FROM memberships AS m WHERE m.user_id = u.id ORDER BY m.group_id) AS user_groups
        """);

    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.MapTo(Row, user => user.UserGroups);
        builder.ToTable(table =>
        {
            table.HasCheckConstraint("ck_users_role", RoleColumn.Check);
            table.HasCheckConstraint("ck_users_folded_email", "(email IS NULL) = (folded_email IS NULL)");
        });

        builder.Property(user => user.FirstName).HasMaxLength(User.NameRule.MaxLength);
        builder.Property(user => user.LastName).HasMaxLength(User.NameRule.MaxLength);
        builder.Property(user => user.Email).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(user => user.FoldedEmail).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(user => user.Role).HoldsRole();
    }
}
