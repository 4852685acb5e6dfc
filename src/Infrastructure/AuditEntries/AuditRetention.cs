namespace CleanWorkspace.Infrastructure.AuditEntries;

/// <summary>How long the audit keeps its entries.</summary>
/// <param name="Time">The time after a change.</param>
public sealed record AuditRetention(TimeSpan Time);
