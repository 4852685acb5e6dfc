using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>
/// Changes to the members of a group. Users that are not named stay as they are. At most 10,000 ids in both lists together.
/// A repeated id counts once. Repeating the request changes nothing.
/// </summary>
public sealed record UserGroupsUpdateUsersByIdRequest : BodyRequest, IRequest<MembershipChangesResponse>
{
    /// <summary>The id of the group in the path.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>The versions of the group that the client accepts, or null for any.</summary>
    [JsonIgnore]
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The ids of users to add.</summary>
    /// <example>[]</example>
    [MaxLength(MembershipChanges.MaxCount)]
    public Optional<IReadOnlyList<string?>?> Add { get; init; }

    /// <summary>The ids of users to remove. Unknown ids are ignored. An id must not be in both <c>add</c> and <c>remove</c>.</summary>
    /// <example>[]</example>
    [MaxLength(MembershipChanges.MaxCount)]
    public Optional<IReadOnlyList<string?>?> Remove { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { Users = Add.Value ?? [], UsersPointer = "/add" };
}

internal sealed class UpdateGroupUsersByIdValidator : AbstractValidator<UserGroupsUpdateUsersByIdRequest>
{
    private static readonly Fault NoId = new("invalid_id", "Must be a UUID.");
    private static readonly Fault Contradiction = new(
        "contradiction", "The list add contains this user too. Remove the id from one of the two lists.");

    public UpdateGroupUsersByIdValidator()
    {
        RuleFor(request => request.Add).HoldsIds(RequestFault.UnknownUser, MembershipChanges.MaxCount);
        RuleFor(request => request.Remove).HoldsIds(NoId, MembershipChanges.MaxCount);
        RuleFor(request => request).Custom((request, context) =>
        {
            var (add, remove) = (request.Add.Value ?? [], request.Remove.Value ?? []);
            if (Math.Max(add.Count, remove.Count) <= MembershipChanges.MaxCount && add.Count + remove.Count > MembershipChanges.MaxCount)
            {
                context.AddFault("", new Fault("too_many", $"Must have at most {MembershipChanges.MaxCount} ids in both lists together."));
            }
        });
        RuleFor(request => request.Remove).Custom((remove, context) =>
        {
            var added = References.ParseIds(context.InstanceToValidate.Add.Value).ToHashSet();
            foreach (var (index, text) in (remove.Value ?? []).Index())
            {
                if (Uuid.TryParse(text, out var id) && added.Contains(id))
                {
                    context.AddFault($"{context.PropertyPath}/{index}", Contradiction);
                }
            }
        });
    }
}

internal sealed class UpdateGroupUsersByIdHandler(IUserGroupStore userGroups)
    : IRequestHandler<UserGroupsUpdateUsersByIdRequest, MembershipChangesResponse>
{
    public async Task<MembershipChangesResponse> Handle(UserGroupsUpdateUsersByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new MembershipChanges
        {
            GroupId = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Add = References.ParseIds(request.Add.Value),
            Remove = References.ParseIds(request.Remove.Value),
        };

        var counts = await userGroups.UpdateMembersAsync(changes, cancellationToken) ?? throw Failure.NotFound<UserGroup>(request.Id);
        return MembershipChangesResponse.Of(changes, counts);
    }
}
