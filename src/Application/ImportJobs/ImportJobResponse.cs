using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.Application.ImportJobs;

/// <summary>An import, or a deletion by list, that runs without its client.</summary>
public sealed record ImportJobResponse
{
    /// <summary>The maximum number of faults in a report. The result counts all faults.</summary>
    public const int MaxFaults = 10_000;

    /// <summary>UUID version 7, in lower case. Set by the service.</summary>
    /// <example>019a2b3c-6d7e-7f90-8a1b-2c3d4e5f6073</example>
    public required Guid Id { get; init; }

    /// <summary>The operationId of the request: Users_import or Users_deleteByList.</summary>
    /// <example>Users_import</example>
    public required string Operation { get; init; }

    /// <summary>The state.</summary>
    /// <example>running</example>
    public required ImportJobState State { get; init; }

    /// <summary>The number of rows that were read so far.</summary>
    /// <example>120000</example>
    public required long RowsRead { get; init; }

    /// <summary>The number of rows per second since the job started; null before the start.</summary>
    /// <example>40000</example>
    public required double? RowsPerSecond { get; init; }

    /// <summary>The time when the service accepted the job (RFC 3339, UTC).</summary>
    /// <example>2026-11-23T12:24:27.123456Z</example>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last start (RFC 3339, UTC); null before the start.</summary>
    /// <example>2026-11-23T12:24:28.123456Z</example>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>The time of the end (RFC 3339, UTC); null before the end. The job is kept for 7 days after it.</summary>
    /// <example>2026-11-23T12:24:31.123456Z</example>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>The result, as the last line of the report of an import; null before the end and if there is none.</summary>
    /// <example>
    /// {
    ///   "applied": false,
    ///   "dry_run": false,
    ///   "created": 118,
    ///   "updated": 3,
    ///   "unchanged": 41,
    ///   "deleted": 0,
    ///   "merged": 0,
    ///   "refused": 1,
    ///   "blank": 0,
    ///   "without_email": 0,
    ///   "groups_created": 2,
    ///   "groups_updated": 0,
    ///   "groups_unchanged": 5,
    ///   "memberships_added": 130,
    ///   "memberships_removed": 2,
    ///   "seconds": 0.21,
    ///   "faults": [{"code": "invalid_email", "column": "email", "rows": 1, "lines": [12], "details": ["…"]}],
    ///   "faults_omitted": 0
    /// }
    /// </example>
    public required ImportSummary? Result { get; init; }

    /// <summary>The faults of the refused rows, ordered by line, at most 10,000; null before the end and if there is no result.</summary>
    /// <example>[{"line": 12, "column": "email", "code": "invalid_email", "detail": "…"}]</example>
    public required IReadOnlyList<ImportRefusal>? Report { get; init; }

    /// <summary>The reason of the state failed; otherwise null.</summary>
    /// <example>{"code": "unclosed_quote", "detail": "Line 7: The quote is not closed. Nothing was changed."}</example>
    public required ImportJobFailure? Failure { get; init; }
}
