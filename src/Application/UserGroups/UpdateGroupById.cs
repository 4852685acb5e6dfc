using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Changes to a user group. Absent properties stay as they are. Null clears the icon or the description.</summary>
public sealed record UserGroupsUpdateByIdRequest : UpdateRequest, IRequest<UserGroupResponse>
{
    /// <summary>At most 200 characters. Must not be blank.</summary>
    /// <example>Mathematicians</example>
    [DisallowNull]
    [MaxLength(UserGroup.MaxNameLength)]
    public Optional<string?> Name { get; init; }

    /// <summary>At most 4,000 characters, with tabs and newlines. Blank or null clears it.</summary>
    /// <example>The people who work on the analytical engine.</example>
    [MaxLength(UserGroup.MaxDescriptionLength)]
    public Optional<string?> Description { get; init; }

    /// <summary>An emoji, a name or the address of a picture. At most 256 characters. Blank or null clears it.</summary>
    /// <example>abacus</example>
    [MaxLength(UserGroup.MaxIconLength)]
    public Optional<string?> Icon { get; init; }

    /// <summary>The ids of all members. They replace the current members. At most 100,000.</summary>
    /// <example>[]</example>
    [MaxLength(IdList.MaxCount)]
    public Optional<IReadOnlyList<string?>?> Users { get; init; }

    /// <summary>True if the client sent null as the name. GET shows null for a group without a name.</summary>
    [JsonIgnore]
    public bool IsNameless => Name is { IsGiven: true, Value: null };

    private static Fields<UserGroupResponse> ReadOnlyFields { get; } = Fields<UserGroupResponse>.Of("created_at", "updated_at", "name");

    /// <inheritdoc/>
    public override References GetReferences() => new() { Users = Users.Value ?? [], SentBack = SentBack(isNameless: IsNameless) };

    internal override async Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken) =>
        await check.UserGroups.FindAsync(Id, ReadOnlyFields, cancellationToken) is { } stored
            ? new StoredProperties(stored.CreatedAt, stored.UpdatedAt) { IsNameless = stored.Name is null }
            : null;
}

internal sealed class UpdateGroupByIdValidator : AbstractValidator<UserGroupsUpdateByIdRequest>
{
    public UpdateGroupByIdValidator()
    {
        When(request => !request.IsNameless, () => RuleFor(request => request.Name).Holds(UserGroup.NameRule.Check));
        RuleFor(request => request.Icon).Holds(UserGroup.IconRule.Check);
        RuleFor(request => request.Description).Holds(UserGroup.DescriptionRule.Check);
        RuleFor(request => request.Users).HoldsIds(RequestFault.UnknownUser);
    }
}

internal sealed class UpdateGroupByIdHandler(IUserGroupStore userGroups)
    : IRequestHandler<UserGroupsUpdateByIdRequest, UserGroupResponse>
{
    public async Task<UserGroupResponse> Handle(UserGroupsUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new UserGroupChanges
        {
            Id = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Name = request.IsNameless ? default : request.Name,
            Icon = request.Icon,
            Description = request.Description,
            Users = request.Users.Select(References.ParseIds),
        };

        return await userGroups.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
    }
}
