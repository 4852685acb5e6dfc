using System.Globalization;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>A page of the audit, newest first.</summary>
public sealed record AuditEntriesListRequest : ListRequest<AuditEntryResponse>
{
    /// <summary>The id of a user, a group or an API key: only the entries of it. A membership stands in the entry of the side that was written.</summary>
    public Guid? Resource { get; init; }

    /// <summary>Only what this one changed, as entries name it.</summary>
    public string? Actor { get; init; }

    /// <summary>Only what was changed at this time or later (RFC 3339). To follow what is new, ask from a few seconds before the newest entry that was seen.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Only what was changed earlier than this time (RFC 3339).</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <inheritdoc/>
    public override string List => string.Create(
        CultureInfo.InvariantCulture, $"audit\n{Resource}\n{CreatedAfter?.UtcTicks}\n{CreatedBefore?.UtcTicks}\n{Actor}");
}

internal sealed class ListAuditEntriesHandler(IWorkspaceReader reader) : IRequestHandler<AuditEntriesListRequest, Page<AuditEntryResponse>>
{
    public Task<Page<AuditEntryResponse>> Handle(AuditEntriesListRequest request, CancellationToken cancellationToken) =>
        reader.ListAuditEntriesAsync(request, cancellationToken);
}
