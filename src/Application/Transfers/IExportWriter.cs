using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.Application.Transfers;

/// <summary>Writes an export in one format. All groups come first, then the users; both are ordered by id.</summary>
public interface IExportWriter
{
    /// <summary>Whether the format has rows for groups. If not, no groups are read.</summary>
    bool HasGroups { get; }

    /// <summary>Receives the place of the export in the feed of events, before the first row. Later events are not in the export.</summary>
    void Begin(EventToken token);

    /// <summary>Writes a group without its users.</summary>
    ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken);

    /// <summary>Writes a user.</summary>
    /// <param name="user">The user, with the ids of its groups.</param>
    /// <param name="groupNames">
    /// For each group of the user the text by which an import finds it: the name if it is unique, otherwise the id. Empty if
    /// <see cref="HasGroups"/> is true.
    /// </param>
    /// <param name="cancellationToken">Ends the export.</param>
    ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken);
}
