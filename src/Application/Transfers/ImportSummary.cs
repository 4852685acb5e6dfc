namespace CleanWorkspace.Application.Transfers;

/// <summary>What an import did, or would do. Each row of the file is in one of the counts of rows.</summary>
public sealed record ImportSummary
{
    /// <summary>Whether the workspace was changed as the counts say; false after a dry run and where all was refused for the faults of some.</summary>
    public required bool Applied { get; init; }

    /// <summary>Whether it was only asked what would happen.</summary>
    public required bool DryRun { get; init; }

    /// <summary>New users.</summary>
    public required long Created { get; init; }

    /// <summary>Users that were changed, their memberships included.</summary>
    public required long Updated { get; init; }

    /// <summary>Users that were as the file says already.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Rows that were refused.</summary>
    public required long Refused { get; init; }

    /// <summary>New groups, those included that are only named by users.</summary>
    public required long GroupsCreated { get; init; }

    /// <summary>Groups that rows of their own changed; a new member is no such change.</summary>
    public required long GroupsUpdated { get; init; }

    /// <summary>Groups with rows of their own that were as the file says already.</summary>
    public required long GroupsUnchanged { get; init; }

    /// <summary>From the start to the end, in seconds.</summary>
    public required double Seconds { get; init; }
}
