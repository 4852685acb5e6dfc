using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.ApiKeys;

/// <summary>How API keys are read as they are shown.</summary>
internal sealed class ApiKeyRows() : Rows<ApiKeyResponse>(
    "api_keys AS k",
    ["k.id"],
    Column.Always("id", "k.id"),
    Column.Always("name", "k.name"),
    Column.Always("role", "k.role"),
    Column.Always("expires_at", "k.expires_at"),
    Column.Always("last_used_at", "k.last_used_at"),
    Column.Always("created_at", "k.created_at"),
    Column.Always("updated_at", "k.updated_at"),
    Column.Always("version", "k.version"))
{
    public override ApiKeyResponse Read(NpgsqlDataReader row, Fields<ApiKeyResponse> fields) => new()
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        Role = RoleName.Parse(row.GetString(2)),
        ExpiresAt = row.TimeOrNull(3),
        LastUsedAt = row.TimeOrNull(4),
        CreatedAt = row.Time(5),
        UpdatedAt = row.Time(6),
        Version = row.GetInt64(7),
        Shown = fields,
    };

    public override Place PlaceOf(ApiKeyResponse row, string key) => new(key, row.Id);
}
