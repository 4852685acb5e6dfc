using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.UserGroups;

/// <summary>Reads one page of the user groups.</summary>
public sealed record UserGroupsListRequest : ListGroupsQuery
{
    /// <summary>Selects the groups with these ids. At most 100, with commas between them or given several times.</summary>
    [JsonPropertyName("id")]
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Selects the groups of this user.</summary>
    public Guid? User { get; init; }

    /// <inheritdoc/>
    public override Guid? UserId => User;

    /// <inheritdoc/>
    public override IReadOnlyList<Guid>? SelectedIds => Ids;
}

internal sealed class ListGroupsHandler(IUserGroupStore userGroups) : IRequestHandler<UserGroupsListRequest, Page<UserGroupResponse>>
{
    public Task<Page<UserGroupResponse>> Handle(UserGroupsListRequest request, CancellationToken cancellationToken) =>
        userGroups.ListAsync(request, cancellationToken);
}
