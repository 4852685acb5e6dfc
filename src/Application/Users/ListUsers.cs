using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>A page of the users.</summary>
public sealed record UsersListRequest : ListUsersQuery
{
    /// <summary>Only the members of the group of this id; none where there is no such group. Not together with role, unless q or email is given too.</summary>
    public Guid? UserGroup { get; init; }

    /// <inheritdoc/>
    public override Guid? GroupId => UserGroup;
}

internal sealed class ListUsersHandler(IWorkspaceReader reader) : IRequestHandler<UsersListRequest, Page<UserResponse>>
{
    public Task<Page<UserResponse>> Handle(UsersListRequest request, CancellationToken cancellationToken) =>
        reader.ListUsersAsync(request, cancellationToken);
}
