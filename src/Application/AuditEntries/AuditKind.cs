using System.Diagnostics.CodeAnalysis;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.AuditEntries;

/// <summary>What happened to a resource.</summary>
public sealed class AuditKind : IQueryValue<AuditKind>
{
    private AuditKind(string name) => Name = name;

    /// <inheritdoc/>
    public static string Code => "unknown_kind";

    /// <inheritdoc/>
    public static string Form => $"as one of {string.Join(", ", Values)}";

    /// <inheritdoc/>
    public static IReadOnlyList<string> Values { get; } = ["created", "updated", "deleted", "erased", "finished"];

    /// <summary>The name. Only users are erased, and only imports are finished.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out AuditKind? value)
    {
        value = Values.Contains(text) ? new AuditKind(text!) : null;
        return value is not null;
    }
}
