using System.Text.Json.Serialization;
using CleanWorkspace.Application.ImportJobs;

namespace CleanWorkspace.Application.Transfers;

/// <summary>The options of an import.</summary>
/// <param name="IsPartial">Whether the valid rows are applied if other rows are refused. If not, one refused row stops the import.</param>
/// <param name="IsDryRun">Whether the import only reports the changes that it would make.</param>
/// <param name="CreatesGroups">Whether missing groups are created. If not, rows that name a missing group are refused.</param>
public sealed record ImportOptions(bool IsPartial, bool IsDryRun, bool CreatesGroups)
{
    /// <summary>Whether the groups of a row replace the groups of the user, or are added to them.</summary>
    public MembershipMode Memberships { get; init; }

    /// <summary>Whether several rows of one user are united. If not, only the first row is valid.</summary>
    public bool MergesRows { get; init; }

    /// <summary>The idempotency key; null if the client gave none, and for a job.</summary>
    [JsonIgnore]
    public ImportKey? Key { get; init; }

    /// <summary>The job that the import runs for; null if a client waits for the import.</summary>
    [JsonIgnore]
    public ImportJob? Job { get; init; }
}
