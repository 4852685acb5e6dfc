using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.Users;

/// <summary>Reads one page of the users.</summary>
public sealed record UsersListRequest : ListUsersQuery
{
    /// <summary>Selects the members of this group. Refused with role unless q or email is given too.</summary>
    public Guid? UserGroup { get; init; }

    /// <inheritdoc/>
    public override Guid? GroupId => UserGroup;
}

internal sealed class ListUsersHandler(IUserStore users) : IRequestHandler<UsersListRequest, Page<UserResponse>>
{
    public Task<Page<UserResponse>> Handle(UsersListRequest request, CancellationToken cancellationToken) =>
        users.ListAsync(request, cancellationToken);
}
