using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Changes to a user. Absent properties stay as they are. Null clears a name.</summary>
public sealed record UsersUpdateByIdRequest : UpdateRequest, IRequest<UserResponse>
{
    /// <summary>At most 150 characters. Blank or null clears it.</summary>
    /// <example>Lovelace</example>
    [MaxLength(User.MaxNameLength)]
    public Optional<string?> LastName { get; init; }

    /// <summary>At most 150 characters. Blank or null clears it.</summary>
    /// <example>Ada</example>
    [MaxLength(User.MaxNameLength)]
    public Optional<string?> FirstName { get; init; }

    /// <summary>
    /// The new address, by the rule of a new user. Another user must not have it. Null is accepted only if the user has no address.
    /// </summary>
    /// <example>ada@example.org</example>
    [DisallowNull]
    [MaxLength(EmailAddress.MaxLength)]
    public Optional<string?> Email { get; init; }

    /// <summary>One of admin, editor, viewer, guest, in any case.</summary>
    /// <example>editor</example>
    [DisallowNull]
    public Optional<string?> Role { get; init; }

    /// <summary>Another name for role. If both are given, they must agree.</summary>
    /// <example>editor</example>
    [DisallowNull]
    [JsonPropertyName("_role")]
    public Optional<string?> RoleAlias { get; init; }

    /// <summary>The ids of all groups of the user. They replace the current groups. At most 100,000.</summary>
    /// <example>[]</example>
    [MaxLength(IdList.MaxCount)]
    public Optional<IReadOnlyList<string?>?> UserGroups { get; init; }

    /// <summary>Existing clients always send it. Only an empty list is accepted.</summary>
    [Undocumented]
    public Optional<IReadOnlyList<string?>?> Teams { get; init; }

    /// <summary>True if the address follows the rule. Any other value must be the stored one, sent back.</summary>
    [JsonIgnore]
    public bool HasValidEmail => Email.IsGiven && EmailAddress.Check(Email.Value) is null;

    private static Fields<UserResponse> ReadOnlyFields { get; } = Fields<UserResponse>.Of("created_at", "updated_at", "email");

    /// <inheritdoc/>
    public override References GetReferences() => new()
    {
        NewEmail = HasValidEmail ? Email.Value : null,
        UserGroups = UserGroups.Value ?? [],
        SentBack = SentBack(HasValidEmail ? default : Email),
    };

    internal override async Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken) =>
        await check.Users.FindAsync(Id, ReadOnlyFields, cancellationToken) is { } stored
            ? new StoredProperties(stored.CreatedAt, stored.UpdatedAt) { Email = stored.Email }
            : null;
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

internal sealed class UpdateUserByIdHandler(IUserStore users) : IRequestHandler<UsersUpdateByIdRequest, UserResponse>
{
    public async Task<UserResponse> Handle(UsersUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new UserChanges
        {
            Id = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            FirstName = request.FirstName,
            LastName = request.LastName,
            Email = request.HasValidEmail ? request.Email : default,
            Role = RoleAlias.Merge(request.Role, request.RoleAlias),
            UserGroups = request.UserGroups.Select(References.ParseIds),
        };

        return await users.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<User>(request.Id);
    }
}
