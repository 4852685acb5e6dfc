using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>The description of a new user group. Every property is optional, but at least one is required.</summary>
public sealed record UserGroupsCreateNewGroupRequest : CreateRequest, IRequest<UserGroupResponse>
{
    /// <summary>An emoji, a name or the address of a picture. At most 256 characters. Blank means null.</summary>
    /// <example>abacus</example>
    [MaxLength(UserGroup.MaxIconLength)]
    public Optional<string?> Icon { get; init; }

    /// <summary>At most 200 characters. Must not be blank.</summary>
    /// <example>Mathematicians</example>
    [DisallowNull]
    [MaxLength(UserGroup.MaxNameLength)]
    public Optional<string?> Name { get; init; }

    /// <summary>At most 4,000 characters, with tabs and newlines. Blank means null.</summary>
    /// <example>The people who work on the analytical engine.</example>
    [MaxLength(UserGroup.MaxDescriptionLength)]
    public Optional<string?> Description { get; init; }

    /// <summary>The ids of the members, at most 100,000. A repeated id counts once.</summary>
    /// <example>[]</example>
    [MaxLength(IdList.MaxCount)]
    public Optional<IReadOnlyList<string?>?> Users { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { Users = Users.Value ?? [] };
}

internal sealed class CreateNewGroupValidator : AbstractValidator<UserGroupsCreateNewGroupRequest>
{
    public CreateNewGroupValidator()
    {
        this.DescribesSomething();
        RuleFor(request => request.Name).Holds(UserGroup.NameRule.Check);
        RuleFor(request => request.Icon).Holds(UserGroup.IconRule.Check);
        RuleFor(request => request.Description).Holds(UserGroup.DescriptionRule.Check);
        RuleFor(request => request.Users).HoldsIds(RequestFault.UnknownUser);
    }
}

internal sealed class CreateNewGroupHandler(IUserGroupStore userGroups, TimeProvider clock)
    : IRequestHandler<UserGroupsCreateNewGroupRequest, UserGroupResponse>
{
    public Task<UserGroupResponse> Handle(UserGroupsCreateNewGroupRequest request, CancellationToken cancellationToken)
    {
        var group = UserGroup.Create(
            clock,
            name: request.Name.Value,
            icon: request.Icon.Value,
            description: request.Description.Value,
            References.ParseIds(request.Users.Value));

        return userGroups.CreateAsync(group, request.GetIdempotencyKey(), cancellationToken);
    }
}
