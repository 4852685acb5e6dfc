using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    /// <summary>The unique index on addresses (Schema/indexes.sql).</summary>
    public const string UniqueEmail = "ux_users_folded_email";

    // Room in each page for the new version of every row in it. A change of memberships moves the version only and then needs no new
    // index entry, even if a group takes in all users of a page at once.
    private const int FillFactor = 50;

    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.MapTo("users");
        builder.HasStorageParameter("fillfactor", FillFactor);
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
        builder.Ignore(user => user.UserGroups);
        builder.HasIndex(user => new { user.Role, user.Id }).HasDatabaseName("ix_users_role");
        builder.HasSearchText("users", "first_name, last_name, email");
    }
}
