using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes a file in some format, and waits where what it writes to is full.</summary>
internal abstract class ExportWriter : IExportWriter
{
    public abstract bool HasGroups { get; }

    public abstract ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken);

    public abstract ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken);

    /// <summary>Writes what is left in buffers. Only a file that came to its end has one.</summary>
    public abstract Task EndAsync(CancellationToken cancellationToken);
}
