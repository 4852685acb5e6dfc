using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Transfers;

/// <summary>The result of an import or of a dry run. Each row of the file is in exactly one count of its kind.</summary>
/// <example>
/// {
///   "applied": true,
///   "dry_run": false,
///   "created": 118,
///   "updated": 3,
///   "unchanged": 41,
///   "deleted": 0,
///   "merged": 0,
///   "refused": 0,
///   "blank": 1,
///   "without_email": 0,
///   "groups_created": 2,
///   "groups_updated": 0,
///   "groups_unchanged": 5,
///   "memberships_added": 130,
///   "memberships_removed": 2,
///   "seconds": 0.21,
///   "faults": [],
///   "faults_omitted": 0
/// }
/// </example>
public sealed record ImportSummary
{
    /// <summary>Whether the changes were applied. False for a dry run, and if refused rows stopped the import.</summary>
    public required bool Applied { get; init; }

    /// <summary>Whether the import was a dry run.</summary>
    public required bool DryRun { get; init; }

    /// <summary>The number of new users.</summary>
    public required long Created { get; init; }

    /// <summary>The number of changed users. A changed membership counts as a change.</summary>
    public required long Updated { get; init; }

    /// <summary>The number of users that already agreed with the file.</summary>
    public required long Unchanged { get; init; }

    /// <summary>The number of deleted users.</summary>
    public required long Deleted { get; init; }

    /// <summary>The number of rows that were united with an earlier row of the same user.</summary>
    public required long Merged { get; init; }

    /// <summary>The number of refused rows.</summary>
    public required long Refused { get; init; }

    /// <summary>The number of rows without content in the columns that the import reads. The import passes over them.</summary>
    public required long Blank { get; init; }

    /// <summary>
    /// The number of valid rows of users with neither an address nor an id. Each import of the file creates a new user for each of them.
    /// </summary>
    public required long WithoutEmail { get; init; }

    /// <summary>The number of new groups. Groups without a row of their own are included.</summary>
    public required long GroupsCreated { get; init; }

    /// <summary>The number of existing groups whose own row changed them. A new member does not count as a change.</summary>
    public required long GroupsUpdated { get; init; }

    /// <summary>The number of groups that already agreed with their row.</summary>
    public required long GroupsUnchanged { get; init; }

    /// <summary>The number of memberships that begin, those of new users included.</summary>
    public required long MembershipsAdded { get; init; }

    /// <summary>The number of memberships that end.</summary>
    public required long MembershipsRemoved { get; init; }

    /// <summary>The duration in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The faults of the refused rows in groups, the largest group first.</summary>
    public required IReadOnlyList<FaultGroup> Faults { get; init; }

    /// <summary>The number of faults that the report does not list, because it has too many.</summary>
    public required long FaultsOmitted { get; init; }

    /// <summary>Whether refused rows stopped the import.</summary>
    [JsonIgnore]
    public bool IsRefused => !Applied && !DryRun && Refused > 0;
}
