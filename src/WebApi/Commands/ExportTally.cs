using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Counts the exported users and groups and shows the progress.</summary>
internal sealed class ExportTally(IExportWriter writer, TransferProgress progress) : IExportWriter
{
    /// <summary>The name of the stage that the progress shows.</summary>
    public const string Stage = "Writing";

    public bool HasGroups => writer.HasGroups;

    /// <summary>The number of written groups.</summary>
    public long Groups { get; private set; }

    /// <summary>The number of written users.</summary>
    public long Users { get; private set; }

    public void Begin(EventToken token) => writer.Begin(token);

    public ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken)
    {
        Groups++;
        ShowProgress();
        return writer.WriteAsync(group, cancellationToken);
    }

    public ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken)
    {
        Users++;
        ShowProgress();
        return writer.WriteAsync(user, groupNames, cancellationToken);
    }

    private void ShowProgress() => progress.Set(Stage, Groups + Users, null);
}
