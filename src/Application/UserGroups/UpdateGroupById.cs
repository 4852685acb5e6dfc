using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Changes to a user group. What is absent stays as it is; null clears the icon or the description.</summary>
public sealed record UserGroupsUpdateByIdRequest : UpdateRequest, IRequest<UserGroupResponse>
{
    /// <summary>At most 200 characters, not blank.</summary>
    /// <example>Mathematicians</example>
    [DisallowNull]
    public Optional<string?> Name { get; init; }

    /// <summary>At most 4,000 characters, tabs and newlines allowed; blank or null clears it.</summary>
    /// <example>Those who work on the analytical engine.</example>
    public Optional<string?> Description { get; init; }

    /// <summary>An emoji, a name or an address of a picture; at most 256 characters; blank or null clears it.</summary>
    /// <example>abacus</example>
    public Optional<string?> Icon { get; init; }

    /// <summary>The ids of all members, in place of the present ones; at most 100,000.</summary>
    /// <example>["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"]</example>
    public Optional<IReadOnlyList<string?>?> Users { get; init; }

    /// <summary>Whether the name is given as null, as a group that never got one is read.</summary>
    [JsonIgnore]
    public bool IsNameless => Name is { IsGiven: true, Value: null };

    /// <inheritdoc/>
    public override References GetReferences() => new() { Users = Users.Value ?? [], OfUserGroup = SentBack(isNameless: IsNameless) };
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

internal sealed class UpdateGroupByIdHandler(IWorkspaceDbContext db, IMapper mapper)
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

        var group = await db.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
        return mapper.Map<UserGroupResponse>(group);
    }
}
