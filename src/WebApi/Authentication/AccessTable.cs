using System.Collections.Frozen;
using CleanWorkspace.Application.Callers;
using CleanWorkspace.Domain.Users;
using Microsoft.AspNetCore.Mvc.Controllers;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Access rules. Each role includes the permissions of the roles listed after it: admin, editor, viewer, guest.
/// </summary>
internal static class AccessTable
{
    // Null means any credential, also one without a role. Everything else requires an admin.
    private static readonly FrozenDictionary<(string Noun, string Method), Role?> RolesByMethod = new Dictionary<(string, string), Role?>
    {
        [("Callers", HttpMethods.Get)] = null,
        [("Events", HttpMethods.Get)] = Role.Viewer,
        [("Users", HttpMethods.Get)] = Role.Viewer,
        [("UserGroups", HttpMethods.Get)] = Role.Viewer,
    }.ToFrozenDictionary();

    // It shows the audit of a user.
    private const string DataOfUser = "Users_getDataById";

    /// <summary>The least powerful role that may run the operation of the request, or null if any credential may.</summary>
    public static Role? RequiredRoleOf(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        return RequiredRoleOf(
            metadata?.GetMetadata<ControllerActionDescriptor>()?.ControllerName ?? "",
            metadata?.GetMetadata<IRouteNameMetadata>()?.RouteName ?? "",
            // Routing ignores the case of the method, so this does too.
            HttpMethods.GetCanonicalizedValue(context.Request.Method));
    }

    /// <summary>The least powerful role that may run the operation, or null if any credential may.</summary>
    /// <param name="noun">The noun of the operation, such as <c>Users</c>.</param>
    /// <param name="operation">The operationId.</param>
    /// <param name="method">The HTTP method in upper case.</param>
    public static Role? RequiredRoleOf(string noun, string operation, string method) =>
        operation == DataOfUser ? Role.Admin : RolesByMethod.GetValueOrDefault((noun, method), Role.Admin);

    /// <summary>Whether the role includes the permissions of the required role. A caller without a role has no permissions.</summary>
    public static bool IsSufficient(Role? role, Role? required) => required is null || role <= required;

    /// <summary>The operationIds of the operations that the caller of the request may run, sorted.</summary>
    /// <remarks>Call it after the access check. A caller without a credential has passed it because the service is open.</remarks>
    public static IReadOnlyList<string> OperationsOf(HttpContext context)
    {
        var role = (CallerIdentity.CredentialOf(context) ?? Credential.None).Role;
        var operations =
            from endpoint in context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints
            let action = endpoint.Metadata.GetMetadata<ControllerActionDescriptor>()
            where action is not null
            let methods = endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
            let operation = endpoint.Metadata.GetRequiredMetadata<IRouteNameMetadata>().RouteName
            where methods.All(method => IsSufficient(role, RequiredRoleOf(action.ControllerName, operation, method)))
            select operation;
        return [.. operations.Order(StringComparer.Ordinal)];
    }
}
