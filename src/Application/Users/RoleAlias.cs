using CleanWorkspace.Application.Common;
using CleanWorkspace.Domain.Common;
using CleanWorkspace.Domain.Users;
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

            var other = role(context.InstanceToValidate);
            if (RoleName.Check(alias.Value) is { } fault)
            {
                context.AddFault(context.PropertyPath, fault);
            }
            else if (other.IsGiven && RoleName.Check(other.Value) is null && RoleName.Parse(other.Value) != RoleName.Parse(alias.Value))
            {
                context.AddFault(context.PropertyPath, new Fault("role_conflict", "Must name the same role as role, or be left out."));
            }
        });
}
