using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.UserGroups;

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    /// <summary>The foreign key to the group.</summary>
    public const string GroupExists = "fk_memberships_group";

    /// <summary>The foreign key to the user.</summary>
    public const string UserExists = "fk_memberships_user";

    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("memberships");
        builder.HasKey(membership => new { membership.GroupId, membership.UserId }).HasName("pk_memberships");
        builder.HasIndex(membership => new { membership.UserId, membership.GroupId }).IsUnique()
            .HasDatabaseName("ux_memberships_user_group");

        builder.HasOne<UserGroup>().WithMany().HasForeignKey(membership => membership.GroupId)
            .OnDelete(DeleteBehavior.Cascade).HasConstraintName(GroupExists);
        builder.HasOne<User>().WithMany().HasForeignKey(membership => membership.UserId)
            .OnDelete(DeleteBehavior.Cascade).HasConstraintName(UserExists);
    }
}
