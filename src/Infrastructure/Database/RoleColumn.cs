using CleanWorkspace.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>How a role is stored: by its name.</summary>
internal static class RoleColumn
{
    /// <summary>The constraint that lets the column <c>role</c> hold nothing else.</summary>
    public static readonly string Check = $"role IN ({string.Join(", ", RoleName.All.Select(name => $"'{name}'"))})";

    public static void HoldsRole(this PropertyBuilder<Role> property) =>
        property.HasConversion(role => RoleName.Of(role), name => RoleName.Parse(name)).HasColumnType("text");
}
