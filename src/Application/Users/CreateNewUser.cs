using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>The description of a new user. Every property is optional, but at least one is required.</summary>
public sealed record UsersCreateNewUserRequest : CreateRequest, IRequest<UserResponse>
{
    /// <summary>One of admin, editor, viewer, guest, in any case. Default: viewer.</summary>
    /// <example>editor</example>
    [DisallowNull]
    public Optional<string?> Role { get; init; }

    /// <summary>Another name for role. If both are given, they must agree.</summary>
    /// <example>editor</example>
    [DisallowNull]
    [JsonPropertyName("_role")]
    public Optional<string?> RoleAlias { get; init; }

    /// <summary>
    /// One @ with text before it and a domain after it, no white space, no invisible characters, at most 254 characters. Unique
    /// regardless of case and of the spelling of the domain.
    /// </summary>
    /// <example>ada@example.org</example>
    [DisallowNull]
    [MaxLength(EmailAddress.MaxLength)]
    public Optional<string?> Email { get; init; }

    /// <summary>At most 150 characters. Blank means null.</summary>
    /// <example>Lovelace</example>
    [MaxLength(User.MaxNameLength)]
    public Optional<string?> LastName { get; init; }

    /// <summary>At most 150 characters. Blank means null.</summary>
    /// <example>Ada</example>
    [MaxLength(User.MaxNameLength)]
    public Optional<string?> FirstName { get; init; }

    /// <summary>The ids of the user's groups, at most 100,000. A repeated id counts once.</summary>
    /// <example>[]</example>
    [MaxLength(IdList.MaxCount)]
    public Optional<IReadOnlyList<string?>?> UserGroups { get; init; }

    /// <summary>Existing clients always send it. Only an empty list is accepted.</summary>
    [Undocumented]
    public Optional<IReadOnlyList<string?>?> Teams { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { NewEmail = Email.Value, UserGroups = UserGroups.Value ?? [] };
}

internal sealed class CreateNewUserValidator : AbstractValidator<UsersCreateNewUserRequest>
{
    public CreateNewUserValidator()
    {
        this.DescribesSomething();
        RuleFor(request => request.Email).Holds(EmailAddress.Check);
        RuleFor(request => request.FirstName).Holds(User.NameRule.Check);
        RuleFor(request => request.LastName).Holds(User.NameRule.Check);
        RuleFor(request => request.Role).Holds(RoleName.Check);
        RuleFor(request => request.RoleAlias).HoldsRoleLike(request => request.Role);
        RuleFor(request => request.UserGroups).HoldsIds(RequestFault.UnknownUserGroup);
        RuleFor(request => request.Teams).IsEmptyList();
    }
}

internal sealed class CreateNewUserHandler(IUserStore users, TimeProvider clock) : IRequestHandler<UsersCreateNewUserRequest, UserResponse>
{
    public Task<UserResponse> Handle(UsersCreateNewUserRequest request, CancellationToken cancellationToken)
    {
        var role = RoleAlias.Merge(request.Role, request.RoleAlias);
        var user = User.Create(
            clock,
            email: request.Email.Value,
            firstName: request.FirstName.Value,
            lastName: request.LastName.Value,
            role.IsGiven ? role.Value : Role.Viewer,
            References.ParseIds(request.UserGroups.Value));

        return users.CreateAsync(user, request.GetIdempotencyKey(), cancellationToken);
    }
}
