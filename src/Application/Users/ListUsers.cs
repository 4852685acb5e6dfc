using System.Text.Json.Serialization;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Reads one page of the users.</summary>
public sealed record UsersListRequest : ListUsersQuery
{
    /// <summary>Selects the users with these ids. At most 100, with commas between them or given several times.</summary>
    [JsonPropertyName("id")]
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Selects the members of this group. Refused with role unless q, id or email is given too.</summary>
    public Guid? UserGroup { get; init; }

    /// <inheritdoc/>
    public override Guid? GroupId => UserGroup;

    /// <inheritdoc/>
    public override IReadOnlyList<Guid>? SelectedIds => Ids;
}

internal sealed class ListUsersHandler(IUserStore users) : IRequestHandler<UsersListRequest, Page<UserResponse>>
{
    public Task<Page<UserResponse>> Handle(UsersListRequest request, CancellationToken cancellationToken) =>
        users.ListAsync(request, cancellationToken);
}
