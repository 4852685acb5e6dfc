using System.Globalization;
using CleanWorkspace.Application.Lists;
using MediatR;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>Reads one page of the audit, newest first.</summary>
public sealed record AuditEntriesListRequest : ListRequest<AuditEntryResponse>
{
    /// <summary>
    /// Selects the entries of this user, group, API key or webhook. A changed membership is in the entry of the user or group that was
    /// written.
    /// </summary>
    public Guid? Resource { get; init; }

    /// <summary>Selects the changes by this actor, written as in the entries.</summary>
    public string? Actor { get; init; }

    /// <summary>Selects the changes of this kind.</summary>
    public AuditKind? Kind { get; init; }

    /// <summary>Selects the changes by this operationId or command, or by <c>sql</c>, written as in the entries.</summary>
    public string? Operation { get; init; }

    /// <summary>Selects the changes at this time or later (RFC 3339).</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Selects the changes before this time (RFC 3339).</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <inheritdoc/>
    public override string List => string.Create(
        CultureInfo.InvariantCulture,
        $"audit\n{Resource}\n{CreatedAfter?.UtcTicks}\n{CreatedBefore?.UtcTicks}\n{Kind?.Name}\n{Operation}\n{Actor}");
}

internal sealed class ListAuditEntriesHandler(IAuditEntryReader audit) : IRequestHandler<AuditEntriesListRequest, Page<AuditEntryResponse>>
{
    public Task<Page<AuditEntryResponse>> Handle(AuditEntriesListRequest request, CancellationToken cancellationToken) =>
        audit.ListAsync(request, cancellationToken);
}
