using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>A write that was carried out under an idempotency key, stored with it.</summary>
internal sealed class IdempotencyRecord
{
    /// <summary>SQL: what was created until then is of no account any more, whether it is still stored or not.</summary>
    public const string ExpiredUntil = "now() - interval '24 hours'";

    /// <summary>Who carried it out: a key of one is nothing to another.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The key, as the client made it up.</summary>
    public string Key { get; init; } = "";

    /// <summary>SHA-256 of what was asked for.</summary>
    public byte[] Fingerprint { get; init; } = [];

    /// <summary>The stored row as the first answer showed it.</summary>
    public string Answer { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>SQL: reads the answer for an actor, a key and a fingerprint as the row that it was.</summary>
    public static string AnswerAs(IEntityType row)
    {
        var columns = row.GetProperties().Select(property => $"{property.GetColumnName()} {property.GetColumnType()}");
        return $$"""
            SELECT stored.* FROM idempotency_records AS r CROSS JOIN jsonb_to_record(r.answer) AS stored ({{string.Join(", ", columns)}})
            WHERE r.actor = {0} AND r.key = {1} AND r.fingerprint = {2}
            """;
    }
}
