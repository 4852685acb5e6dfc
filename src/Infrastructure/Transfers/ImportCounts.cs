using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>The counts of a planned or applied import.</summary>
internal sealed record ImportCounts
{
    /// <summary>The number of rows about existing users.</summary>
    public long Matched { get; init; }

    public long Created { get; init; }

    public long Updated { get; init; }

    public long Refused { get; init; }

    /// <summary>The number of rows that were united with an earlier row.</summary>
    public long Merged { get; init; }

    public long GroupsCreated { get; init; }

    public long GroupsUpdated { get; init; }

    /// <summary>The number of rows about existing groups.</summary>
    public long GroupsMatched { get; init; }

    /// <summary>The number of memberships of new users.</summary>
    public long NewMemberships { get; init; }

    /// <summary>The number of memberships that existing users get.</summary>
    public long AddedMemberships { get; init; }

    public long RemovedMemberships { get; init; }

    /// <summary>The number of deleted users.</summary>
    public long Deleted { get; init; }

    /// <summary>The number of the last line with a user.</summary>
    public long LastLine { get; init; }

    public ImportSummary ToSummary(bool isApplied, ImportOptions options, TimeSpan time) => new()
    {
        Applied = isApplied,
        DryRun = options.IsDryRun,
        Created = Created,
        Updated = Updated,
        Unchanged = Matched - Updated,
        Deleted = Deleted,
        Merged = Merged,
        Refused = Refused,
        GroupsCreated = GroupsCreated,
        GroupsUpdated = GroupsUpdated,
        GroupsUnchanged = GroupsMatched - GroupsUpdated,
        MembershipsAdded = NewMemberships + AddedMemberships,
        MembershipsRemoved = RemovedMemberships,
        Seconds = time.TotalSeconds,
        // These are known where the file is read.
        Blank = 0,
        WithoutEmail = 0,
        Faults = [],
        FaultsOmitted = 0,
    };
}
