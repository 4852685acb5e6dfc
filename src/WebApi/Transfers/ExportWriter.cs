using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes a file of one format. It waits if its output is full.</summary>
internal abstract class ExportWriter : IExportWriter
{
    public abstract bool HasGroups { get; }

    /// <summary>The place of the export in the feed of events; null before the export begins.</summary>
    public EventToken? Token { get; private set; }

    public void Begin(EventToken token) => Token = token;

    public abstract ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken);

    public abstract ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken);

    /// <summary>Writes the buffers. Called only after the last row, so an incomplete file lacks its end.</summary>
    public abstract Task EndAsync(CancellationToken cancellationToken);
}
