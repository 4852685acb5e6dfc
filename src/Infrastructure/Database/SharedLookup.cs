namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Finds rows by id. A single lookup uses a statement of its own. Lookups at about the same time share one statement, because a round
/// trip costs more than a row (<c>docs/decisions/0013</c>).
/// </summary>
/// <remarks>
/// No lookup waits for others: a shared statement is sent as soon as a thread is free. It never begins before its lookups, so a caller
/// sees its own writes.
/// </remarks>
/// <param name="findOne">Finds the row with an id, or null.</param>
/// <param name="findMany">
/// Finds the rows with these ids. The value null means that the row is too large to share a statement; it is then found alone. The
/// statement is cancelled when all callers have gone.
/// </param>
internal sealed class SharedLookup<T>(
    Func<Guid, CancellationToken, Task<T?>> findOne,
    Func<IReadOnlyList<Guid>, CancellationToken, Task<IReadOnlyDictionary<Guid, T?>>> findMany)
    where T : class
{
    // A statement runs on one processor of the database. More ids would make every caller wait longer.
    private const int MaxIds = 32;

    private readonly Lock _gate = new();
    private List<Lookup>? _waiting;
    private int _runningStatements;

    /// <summary>Returns the row with this id, or null if it does not exist.</summary>
    public Task<T?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        Interlocked.CompareExchange(ref _runningStatements, 1, 0) == 0
            ? RunOneAsync(id, cancellationToken)
            : Enqueue(new Lookup(id, cancellationToken)).WaitAsync(cancellationToken);

    private Task<T?> Enqueue(Lookup lookup)
    {
        lock (_gate)
        {
            if (_waiting is null or { Count: MaxIds })
            {
                _waiting = [];
                // At the end of the queue, so that requests ahead of it can join.
                ThreadPool.UnsafeQueueUserWorkItem(waiting => _ = RunAsync(waiting), _waiting, preferLocal: false);
            }

            _waiting.Add(lookup);
        }

        return lookup.Task;
    }

    private async Task RunAsync(List<Lookup> lookups)
    {
        lock (_gate)
        {
            if (_waiting == lookups)
            {
                _waiting = null;
            }
        }

        if (lookups is [var only])
        {
            await RunAloneAsync(only);
            return;
        }

        try
        {
            var found = await RunManyAsync(lookups);
            bool IsTooLarge(Lookup lookup) => found.TryGetValue(lookup.Id, out var row) && row is null;
            lookups.FindAll(lookup => !IsTooLarge(lookup)).ForEach(lookup => lookup.SetResult(found.GetValueOrDefault(lookup.Id)));
            lookups.FindAll(IsTooLarge).ForEach(lookup => _ = RunAloneAsync(lookup));
        }
        catch (Exception exception)
        {
            lookups.ForEach(lookup => lookup.Fail(exception));
        }
    }

    private async Task RunAloneAsync(Lookup lookup)
    {
        Interlocked.Increment(ref _runningStatements);
        try
        {
            lookup.SetResult(await RunOneAsync(lookup.Id, lookup.CancellationToken));
        }
        catch (Exception exception)
        {
            lookup.Fail(exception);
        }
    }

    // The caller has counted the statement already.
    private async Task<T?> RunOneAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            return await findOne(id, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _runningStatements);
        }
    }

    private async Task<IReadOnlyDictionary<Guid, T?>> RunManyAsync(List<Lookup> lookups)
    {
        Interlocked.Increment(ref _runningStatements);
        using var allGone = new CancellationTokenSource();
        var remaining = lookups.Count;
        void Leave()
        {
            if (Interlocked.Decrement(ref remaining) == 0)
            {
                allGone.Cancel();
            }
        }

        var registrations = lookups.ConvertAll(lookup => lookup.CancellationToken.UnsafeRegister(_ => Leave(), null));
        try
        {
            return await findMany(lookups.ConvertAll(lookup => lookup.Id), allGone.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _runningStatements);
            registrations.ForEach(registration => registration.Dispose());
        }
    }

    // Continuations run on threads of their own, so that the callers proceed in parallel.
    private sealed class Lookup(Guid id, CancellationToken cancellationToken)
        : TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Guid Id => id;

        public CancellationToken CancellationToken => cancellationToken;

        public void Fail(Exception exception)
        {
            if (TrySetException(exception))
            {
                // Marks the exception as observed, because the caller may have gone.
                _ = Task.Exception;
            }
        }
    }
}
