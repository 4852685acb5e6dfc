using System.Collections.Concurrent;
using CleanWorkspace.Domain.ApiKeys;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>Checks API keys. A key is cached. After two seconds it is read again in the background.</summary>
internal sealed class FloorKeys(NpgsqlDataSource database)
{
    private const string Scheme = "Bearer ";

    private static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Key> _keys = new();

    public async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.Ordinal)
            && KeyToken.Parse(header[Scheme.Length..]) is { } token
            && (Find(token.KeyId) ?? await ReadAsync(token.KeyId)) is { } key
            && token.HasHash(key.Hash)
            && (key.ExpiresAt is null || key.ExpiresAt > DateTime.UtcNow))
        {
            context.Items[typeof(Key)] = key;
            await next(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
    }

    /// <summary>Returns the caller of a write as JSON, for the triggers of the audit.</summary>
    public static string DescribeCaller(HttpContext context, string resource, string operation)
    {
        var key = (Key)context.Items[typeof(Key)]!;
        var trace = System.Diagnostics.ActivityTraceId.CreateRandom();
        return $$"""{"resource":"{{resource}}","actor":"{{key.Actor}}","operation":"{{operation}}","trace_id":"{{trace}}"}""";
    }

    private Key? Find(Guid id)
    {
        if (_keys.TryGetValue(id, out var key) && TimeProvider.System.GetElapsedTime(key.ReadAt) > RefreshAge && key.TryRefresh())
        {
            _ = ReadAsync(id);
        }

        return key;
    }

    private async Task<Key?> ReadAsync(Guid id)
    {
        var readAt = TimeProvider.System.GetTimestamp();
        await using var command = database.CreateCommand("SELECT token_hash, expires_at FROM api_keys WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            _keys.TryRemove(id, out _);
            return null;
        }

        return _keys[id] = new Key($"key:{id}", reader.GetFieldValue<byte[]>(0), reader.IsDBNull(1) ? null : reader.GetDateTime(1), readAt);
    }

    private sealed class Key(string actor, byte[] hash, DateTime? expiresAt, long readAt)
    {
        private int _isRefreshing;

        public string Actor => actor;

        public byte[] Hash => hash;

        public DateTime? ExpiresAt => expiresAt;

        public long ReadAt => readAt;

        /// <summary>Returns true once. The caller then reads the key again.</summary>
        public bool TryRefresh() => Interlocked.Exchange(ref _isRefreshing, 1) == 0;
    }
}
