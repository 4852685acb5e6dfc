using System.Collections.Frozen;
using CleanWorkspace.Domain.Users;
using Microsoft.AspNetCore.Mvc.Controllers;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Access rules. Each role includes the permissions of the roles listed after it: admin, editor, viewer, guest.
/// </summary>
internal static class AccessTable
{
    // Everything else requires an admin.
    private static readonly FrozenDictionary<(string Noun, string Method), Role> RolesByMethod = new Dictionary<(string, string), Role>
    {
        [("Users", HttpMethods.Get)] = Role.Viewer,
        [("UserGroups", HttpMethods.Get)] = Role.Viewer,
    }.ToFrozenDictionary();

    /// <summary>The least powerful role that may run the operation of the request.</summary>
    public static Role RequiredRoleOf(HttpContext context)
    {
        var noun = context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>()?.ControllerName ?? "";
        // Routing ignores the case of the method, so this does too.
        return RequiredRoleOf(noun, HttpMethods.GetCanonicalizedValue(context.Request.Method));
    }

    /// <summary>The least powerful role that may run the operation.</summary>
    /// <param name="noun">The noun of the operation, such as <c>Users</c>.</param>
    /// <param name="method">The HTTP method in upper case.</param>
    public static Role RequiredRoleOf(string noun, string method) => RolesByMethod.GetValueOrDefault((noun, method), Role.Admin);

    /// <summary>Whether the role includes the permissions of the required role. A caller without a role has no permissions.</summary>
    public static bool IsSufficient(Role? role, Role required) => role <= required;
}
