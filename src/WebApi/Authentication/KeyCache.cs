using System.Collections.Concurrent;
using System.Security.Claims;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Infrastructure.ApiKeys;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// The API keys in use. A key is read again every few seconds beside the requests, which need not wait for it; so one that was
/// revoked is refused within five seconds, on every instance.
/// </summary>
internal sealed class KeyCache(StoredKeys stored, DatabaseWatch watch, TimeProvider clock)
{
    private static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(2);

    // The rest of the five seconds is for an answer under way.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(4);

    // A connection may have died unnoticed: not all who come with the key shall wait for it.
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentDictionary<Guid, CachedKey> _keys = new();
    private readonly ConcurrentDictionary<Guid, Lazy<Task<CachedKey?>>> _reads = new();
    private ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    /// <summary>
    /// Whether the token was good when its key was last read, however long ago; answered without the database. An expired
    /// one is not.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="key">Its key where that was read lately enough to let it in; else null, and it has to be found first.</param>
    public bool Knows(KeyToken token, out CachedKey? key)
    {
        key = _keys.GetValueOrDefault(token.KeyId);
        if (key is null || !token.HasHash(key.Key.TokenHash) || key.Key.IsExpired(clock.GetUtcNow()))
        {
            key = null;
            return false;
        }

        var age = AgeOf(key);
        if (age > MaxAge)
        {
            key = null;
        }
        else if (age > RefreshAge)
        {
            _ = ReadAsync(token.KeyId);
        }

        return true;
    }

    /// <summary>The key that the token proves to be held, expired ones included; null where it proves nothing.</summary>
    /// <exception cref="NpgsqlException">The database does not answer; transient.</exception>
    public async Task<CachedKey?> FindAsync(KeyToken token, CancellationToken cancellationToken)
    {
        var key = _keys.GetValueOrDefault(token.KeyId);
        if (key is null || AgeOf(key) > MaxAge)
        {
            key = await watch.WaitAsync(stop => ReadLatelyAsync(token.KeyId, stop), cancellationToken);
        }

        return key is not null && token.HasHash(key.Key.TokenHash) ? key : null;
    }

    /// <summary>Remembers that somebody was let in by the key.</summary>
    public void CountUse(CachedKey key) => _uses[key.Key.Id] = clock.GetUtcNow();

    /// <summary>When keys were last used since this was asked for last.</summary>
    public IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> TakeUses() => Interlocked.Exchange(ref _uses, new()).ToArray();

    private TimeSpan AgeOf(CachedKey key) => clock.GetElapsedTime(key.ReadAt);

    // The reading that is under way may have begun too long ago, or be lost with its connection; the next takes another one.
    private async Task<CachedKey?> ReadLatelyAsync(Guid id, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < 2; tries++)
        {
            try
            {
                var key = await ReadAsync(id).WaitAsync(cancellationToken);
                if (key is null || AgeOf(key) <= MaxAge)
                {
                    return key;
                }
            }
            catch (TimeoutException)
            {
                // Nobody joins that one any more.
            }
        }

        throw new NpgsqlException("It is slow to tell an API key.", new TimeoutException());
    }

    // One reading of a key at a time, however many wait for it; it belongs to none of them, so none cancels it.
    private Task<CachedKey?> ReadAsync(Guid id) =>
        _reads.GetOrAdd(id, _ => new Lazy<Task<CachedKey?>>(() => ReadInTimeAsync(id))).Value;

    private async Task<CachedKey?> ReadInTimeAsync(Guid id)
    {
        // The reading must be known to all before it can end.
        await Task.Yield();
        try
        {
            // Left behind and not cancelled at its limit: a server that is silent is slow to take note of that, too.
            return await ReadOnceAsync(id).WaitAsync(ReadLimit);
        }
        finally
        {
            _reads.TryRemove(id, out _);
        }
    }

    private async Task<CachedKey?> ReadOnceAsync(Guid id)
    {
        var readAt = clock.GetTimestamp();
        if (await stored.FindAsync(id) is { } key)
        {
            return _keys[id] = new CachedKey(key, readAt);
        }

        _keys.TryRemove(id, out _);
        return null;
    }
}

/// <summary>An API key as it was when it was read.</summary>
internal sealed class CachedKey(StoredKey key, long readAt)
{
    public StoredKey Key { get; } = key;

    /// <summary>A time stamp of the clock, taken before reading began.</summary>
    public long ReadAt { get; } = readAt;

    /// <summary>Who comes with the key.</summary>
    public ClaimsPrincipal Principal { get; } = Principals.Create($"key:{key.Id}", key.Role);
}
