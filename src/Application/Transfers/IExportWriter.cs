using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.Application.Transfers;

/// <summary>Where an export goes: a format. All the groups come first, then the users, both by id.</summary>
public interface IExportWriter
{
    /// <summary>Whether the format has rows for groups; otherwise none are read.</summary>
    bool HasGroups { get; }

    /// <summary>Writes a group, without its users.</summary>
    ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken);

    /// <summary>Writes a user.</summary>
    /// <param name="user">The user, with the ids of its groups.</param>
    /// <param name="groupNames">
    /// For each of the ids how an import finds the group: its name, or its id where that is no other's name, or where it has none;
    /// empty where <see cref="HasGroups"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the export.</param>
    ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken);
}
