using System.Collections.Concurrent;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Infrastructure.ApiKeys;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Caches the API keys in use. Each key is read again every few seconds in the background, so a revoked key is refused within
/// five seconds on every instance.
/// </summary>
/// <remarks>Decision record 0019 says why this is no cache of a library.</remarks>
internal sealed class KeyCache(StoredKeyReader stored, DatabaseLiveness liveness, TimeProvider clock)
{
    // Only stored keys are cached, so callers cannot fill the cache. The limit covers services that create keys without end.
    private const int MaxKeys = 10_000;

    // From this age on, a read starts in the background.
    private static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(2);

    // From this age on, callers wait for a read. The rest of the five seconds is for the answer.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(4);

    // If a connection died unnoticed, a second read is started after this time.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentDictionary<Guid, CachedKey> _keys = new();
    private readonly ConcurrentDictionary<Guid, Lazy<Task<CachedKey?>>> _reads = new();
    private ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    /// <summary>Looks for the key of a token in the cache. It never waits.</summary>
    /// <param name="token">The token.</param>
    /// <param name="fresh">The key, or null if it is too old to be accepted. Then <see cref="FindAsync"/> reads it again.</param>
    /// <returns>True if the cache has the key, of any age, the token matches it, and it has not expired.</returns>
    public bool IsKnown(KeyToken token, out CachedKey? fresh)
    {
        fresh = _keys.GetValueOrDefault(token.KeyId);
        if (fresh is null || !token.HasHash(fresh.Key.TokenHash) || fresh.Key.IsExpired(clock.GetUtcNow()))
        {
            fresh = null;
            return false;
        }

        var age = AgeOf(fresh);
        if (age > MaxAge)
        {
            fresh = null;
        }
        else if (age > RefreshAge)
        {
            _ = ReadAsync(token.KeyId);
        }

        return true;
    }

    /// <summary>Returns the key of the token, which may have expired, or null if the token is invalid.</summary>
    /// <exception cref="NpgsqlException">The database does not answer. Transient.</exception>
    public async Task<CachedKey?> FindAsync(KeyToken token, CancellationToken cancellationToken)
    {
        var key = _keys.GetValueOrDefault(token.KeyId);
        if (key is null || AgeOf(key) > MaxAge)
        {
            key = await liveness.RunAsync(stop => ReadFreshAsync(token.KeyId, stop), cancellationToken);
        }

        return key is not null && token.HasHash(key.Key.TokenHash) ? key : null;
    }

    /// <summary>Records that a caller has just used the key.</summary>
    public void RecordUse(CachedKey key) => _uses[key.Key.Id] = clock.GetUtcNow();

    /// <summary>Returns the last use of each key since the previous call.</summary>
    public IReadOnlyDictionary<Guid, DateTimeOffset> TakeRecordedUses() => Interlocked.Exchange(ref _uses, new());

    private TimeSpan AgeOf(CachedKey key) => clock.GetElapsedTime(key.ReadStart);

    // The running read may have started too long ago, or its connection may be dead. The second try starts a read of its own.
    private async Task<CachedKey?> ReadFreshAsync(Guid id, CancellationToken cancellationToken)
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
                // That read is no longer shared.
            }
        }

        throw new NpgsqlException("The database took too long to return an API key.", new TimeoutException());
    }

    // All callers share one read of a key. No caller's cancellation ends it.
    private Task<CachedKey?> ReadAsync(Guid id) =>
        _reads.GetOrAdd(id, _ => new Lazy<Task<CachedKey?>>(() => ReadWithTimeoutAsync(id))).Value;

    private async Task<CachedKey?> ReadWithTimeoutAsync(Guid id)
    {
        // The read must be in _reads before it can remove itself.
        await Task.Yield();
        try
        {
            // After the timeout the read is abandoned, not cancelled: a silent server would delay the cancellation too.
            return await ReadOnceAsync(id).WaitAsync(ReadTimeout);
        }
        finally
        {
            _reads.TryRemove(id, out _);
        }
    }

    private async Task<CachedKey?> ReadOnceAsync(Guid id)
    {
        var readStart = clock.GetTimestamp();
        if (await stored.FindAsync(id) is not { } key)
        {
            _keys.TryRemove(id, out _);
            return null;
        }

        if (_keys.Count >= MaxKeys && !_keys.ContainsKey(id))
        {
            _keys.Clear();
        }

        return _keys[id] = new CachedKey(key, readStart);
    }
}
