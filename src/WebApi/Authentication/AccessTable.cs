using System.Collections.Frozen;
using CleanWorkspace.Domain.Users;
using Microsoft.AspNetCore.Mvc.Controllers;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Who may do what. Each role may do what the roles after it may: admin, editor, viewer, guest.</summary>
internal static class AccessTable
{
    // What is not listed takes an admin.
    private static readonly FrozenDictionary<(string Noun, string Method), Role> LeastRoles = new Dictionary<(string, string), Role>
    {
        [("Users", HttpMethods.Get)] = Role.Viewer,
        [("UserGroups", HttpMethods.Get)] = Role.Viewer,
    }.ToFrozenDictionary();

    // Operations that take more than others of their noun and method.
    private static readonly FrozenDictionary<string, Role> LeastRolesOfOperations = new Dictionary<string, Role>
    {
        ["Users_export"] = Role.Admin,
    }.ToFrozenDictionary();

    /// <summary>The least role that an operation takes.</summary>
    public static Role LeastRoleOf(HttpContext context)
    {
        var operation = context.GetEndpoint()?.Metadata.GetMetadata<IRouteNameMetadata>()?.RouteName ?? "";
        return LeastRolesOfOperations.TryGetValue(operation, out var role) ? role : LeastRoleOfNoun(context);
    }

    /// <summary>Whether a role may do what takes at least another; one without a role may do nothing.</summary>
    public static bool Suffices(Role? role, Role least) => role <= least;

    private static Role LeastRoleOfNoun(HttpContext context)
    {
        var noun = context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>()?.ControllerName ?? "";
        // Routing does not mind the case either.
        return LeastRoles.GetValueOrDefault((noun, HttpMethods.GetCanonicalizedValue(context.Request.Method)), Role.Admin);
    }
}
