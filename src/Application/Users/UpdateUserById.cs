using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Changes to a user. What is absent stays as it is; null clears a name.</summary>
public sealed record UsersUpdateByIdRequest : UpdateRequest, IRequest<UserResponse>
{
    /// <summary>At most 150 characters; blank or null clears it.</summary>
    /// <example>Lovelace</example>
    public Optional<string?> LastName { get; init; }

    /// <summary>At most 150 characters; blank or null clears it.</summary>
    /// <example>Ada</example>
    public Optional<string?> FirstName { get; init; }

    /// <summary>One of admin, editor, viewer, guest, in any case.</summary>
    /// <example>editor</example>
    [DisallowNull]
    public Optional<string?> Role { get; init; }

    /// <summary>Another name for role. Given both, they must agree.</summary>
    /// <example>editor</example>
    [DisallowNull]
    [JsonPropertyName("_role")]
    public Optional<string?> RoleAlias { get; init; }

    /// <summary>The ids of all groups the user shall be in, in place of the present ones; at most 100,000.</summary>
    /// <example>["019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072"]</example>
    public Optional<IReadOnlyList<string?>?> UserGroups { get; init; }

    /// <summary>The address, sent back as it was read.</summary>
    [Undocumented]
    public Optional<string?> Email { get; init; }

    /// <summary>Existing clients always send it; an empty array and nothing else.</summary>
    [Undocumented]
    public Optional<IReadOnlyList<string?>?> Teams { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { UserGroups = UserGroups.Value ?? [], OfUser = SentBack(Email) };
}

internal sealed class UpdateUserByIdValidator : AbstractValidator<UsersUpdateByIdRequest>
{
    public UpdateUserByIdValidator()
    {
        RuleFor(request => request.FirstName).Holds(User.NameRule.Check);
        RuleFor(request => request.LastName).Holds(User.NameRule.Check);
        RuleFor(request => request.Role).Holds(RoleName.Check);
        RuleFor(request => request.RoleAlias).HoldsRoleLike(request => request.Role);
        RuleFor(request => request.UserGroups).HoldsIds(RequestFault.UnknownUserGroup);
        RuleFor(request => request.Teams).IsEmptyList();
    }
}

internal sealed class UpdateUserByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<UsersUpdateByIdRequest, UserResponse>
{
    public async Task<UserResponse> Handle(UsersUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new UserChanges
        {
            Id = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            FirstName = request.FirstName,
            LastName = request.LastName,
            Role = RoleAlias.Merge(request.Role, request.RoleAlias),
            UserGroups = request.UserGroups.Select(References.ParseIds),
        };

        var user = await db.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<User>(request.Id);
        return mapper.Map<UserResponse>(user);
    }
}
