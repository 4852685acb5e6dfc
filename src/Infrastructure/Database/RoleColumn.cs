using CleanWorkspace.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The mapping of roles: a text column with the name of the role.</summary>
internal static class RoleColumn
{
    /// <summary>The check constraint of the column <c>role</c>.</summary>
    public static readonly string Check = $"role IN ({string.Join(", ", RoleName.All.Select(name => $"'{name}'"))})";

    public static void HoldsRole(this PropertyBuilder<Role> property) =>
        property.HasConversion(role => RoleName.Of(role), name => RoleName.Parse(name)).HasColumnType("text");
}
