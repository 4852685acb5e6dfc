using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Counts what is exported, and shows how far it is.</summary>
internal sealed class ExportTally(IExportWriter writer, TransferProgress progress) : IExportWriter
{
    /// <summary>What it is shown to do.</summary>
    public const string Stage = "Writing";

    public bool HasGroups => writer.HasGroups;

    /// <summary>How many groups were written.</summary>
    public long Groups { get; private set; }

    /// <summary>How many users were written.</summary>
    public long Users { get; private set; }

    public ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken)
    {
        Groups++;
        Note();
        return writer.WriteAsync(group, cancellationToken);
    }

    public ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken)
    {
        Users++;
        Note();
        return writer.WriteAsync(user, groupNames, cancellationToken);
    }

    private void Note() => progress.Note(Stage, Groups + Users, null);
}
