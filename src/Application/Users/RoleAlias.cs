using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;

namespace CleanWorkspace.Application.Users;

/// <summary>The rules of <c>_role</c>, the write-only alias of <c>role</c>.</summary>
internal static class RoleAlias
{
    /// <summary>Returns the role from either property.</summary>
    public static Optional<Role> Merge(Optional<string?> role, Optional<string?> alias) =>
        (role.IsGiven ? role : alias).Select(RoleName.Parse);

    /// <summary>Requires that the alias names a role, and the same role as <c>role</c> if both are given.</summary>
    public static void HoldsRoleLike<TRequest>(
        this IRuleBuilder<TRequest, Optional<string?>> rule, Func<TRequest, Optional<string?>> role) =>
        rule.Custom((alias, context) =>
        {
            if (!alias.IsGiven)
            {
                return;
            }

            if (CheckLike(role(context.InstanceToValidate), alias.Value) is { } fault)
            {
                context.AddFault(context.PropertyPath, fault);
            }
        });

    /// <summary>Returns the fault of an alias, or null if it has none.</summary>
    public static Fault? CheckLike(Optional<string?> role, string? alias) =>
        RoleName.Check(alias)
        ?? (role.IsGiven && RoleName.Check(role.Value) is null && RoleName.Parse(role.Value) != RoleName.Parse(alias)
            ? RequestFault.RoleConflict
            : null);
}
