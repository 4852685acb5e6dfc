using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;

namespace CleanWorkspace.Application.Users;

/// <summary>A role may be given as <c>role</c>, as <c>_role</c>, or as both where they agree.</summary>
internal static class RoleAlias
{
    /// <summary>The role under whichever name it is given.</summary>
    public static Optional<Role> Merge(Optional<string?> role, Optional<string?> alias) =>
        (role.IsGiven ? role : alias).Select(RoleName.Parse);

    /// <summary>The alias must name a role, and the same one as <c>role</c> does where both are given.</summary>
    public static void HoldsRoleLike<TRequest>(this IRuleBuilder<TRequest, Optional<string?>> rule, Func<TRequest, Optional<string?>> role) =>
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

    /// <summary>What is wrong with a given alias, or null.</summary>
    public static Fault? CheckLike(Optional<string?> role, string? alias) =>
        RoleName.Check(alias)
        ?? (role.IsGiven && RoleName.Check(role.Value) is null && RoleName.Parse(role.Value) != RoleName.Parse(alias) ? RequestFault.RoleConflict : null);
}
