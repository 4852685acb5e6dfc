using System.Collections.Concurrent;
using System.Security.Claims;
using CleanWorkspace.Application.Common;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// The API keys in use. A key is read again every few seconds beside the requests, which need not wait for it; so one that was
/// revoked is refused within five seconds, on every instance.
/// </summary>
internal sealed class KeyCache(IServiceScopeFactory scopes, DatabaseWatch watch, TimeProvider clock)
{
    private static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(2);

    // The rest of the five seconds is for an answer under way.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<Guid, CachedKey> _keys = new();
    private readonly ConcurrentDictionary<Guid, Lazy<Task<CachedKey?>>> _reads = new();
    private ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    /// <summary>The key that the token proves to be held, expired ones included; null where it proves nothing.</summary>
    public async ValueTask<CachedKey?> FindAsync(KeyToken token, CancellationToken cancellationToken)
    {
        var key = _keys.GetValueOrDefault(token.KeyId);
        var age = key is null ? TimeSpan.MaxValue : clock.GetElapsedTime(key.ReadAt);
        if (age > MaxAge)
        {
            key = await watch.WaitAsync(_ => ReadAsync(token.KeyId), cancellationToken);
        }
        else if (age > RefreshAge)
        {
            _ = ReadAsync(token.KeyId);
        }

        return key is not null && token.HasHash(key.Key.TokenHash) ? key : null;
    }

    /// <summary>
    /// Whether the token was good when its key was last read, however long ago; answered without the database. An expired
    /// one is not.
    /// </summary>
    public bool Knows(KeyToken token) =>
        _keys.GetValueOrDefault(token.KeyId) is { } key && token.HasHash(key.Key.TokenHash) && !key.Key.IsExpired(clock.GetUtcNow());

    /// <summary>Remembers that somebody was let in by the key.</summary>
    public void CountUse(CachedKey key) => _uses[key.Key.Id] = clock.GetUtcNow();

    /// <summary>When keys were last used since this was asked for last.</summary>
    public IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> TakeUses() => Interlocked.Exchange(ref _uses, new()).ToArray();

    // One reading of a key at a time, however many wait for it; it belongs to none of them, so none cancels it.
    private Task<CachedKey?> ReadAsync(Guid id) =>
        _reads.GetOrAdd(id, _ => new Lazy<Task<CachedKey?>>(() => ReadOnceAsync(id))).Value;

    private async Task<CachedKey?> ReadOnceAsync(Guid id)
    {
        // The reading must be known to all before it can end.
        await Task.Yield();
        try
        {
            var readAt = clock.GetTimestamp();
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<IWorkspaceDbContext>();
            if (await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id) is { } key)
            {
                return _keys[id] = new CachedKey(key, readAt);
            }

            _keys.TryRemove(id, out _);
            return null;
        }
        finally
        {
            _reads.TryRemove(id, out _);
        }
    }
}

/// <summary>An API key as it was when it was read.</summary>
internal sealed class CachedKey(ApiKey key, long readAt)
{
    public ApiKey Key { get; } = key;

    /// <summary>A time stamp of the clock, taken before reading began.</summary>
    public long ReadAt { get; } = readAt;

    /// <summary>Who comes with the key.</summary>
    public ClaimsPrincipal Principal { get; } = Principals.Create($"key:{key.Id}", key.Role);
}
