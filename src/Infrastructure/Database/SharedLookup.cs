namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Looks rows up by id: one by a statement of its own while nobody else asks, those that are asked for at about the same time by one statement
/// together, as the way to the database and back costs more than the row (docs/decisions/0013).
/// </summary>
/// <remarks>
/// Nobody waits for company: a statement is sent as soon as a thread is free to send it, with the ids that were asked for until then. So it
/// never begins before its rows were asked for, and whoever has written sees what was written.
/// </remarks>
/// <param name="findOne">Finds the row of an id.</param>
/// <param name="findMany">
/// Finds the rows of those ids that have one, or null for a row that others had better not wait for: it is found alone then. Cancelled when
/// all who asked are gone.
/// </param>
internal sealed class SharedLookup<T>(
    Func<Guid, CancellationToken, Task<T?>> findOne,
    Func<IReadOnlyList<Guid>, CancellationToken, Task<IReadOnlyDictionary<Guid, T?>>> findMany)
    where T : class
{
    // One statement keeps one processor of the database busy, so it must not hold too many.
    private const int MaxShared = 32;

    private readonly Lock _gate = new();
    private List<Question>? _waiting;
    // Whoever begins a lookup counts it, the lookup's own end takes it off.
    private int _underWay;

    /// <summary>Finds the row of an id; null where there is none.</summary>
    public Task<T?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        Interlocked.CompareExchange(ref _underWay, 1, 0) == 0
            ? FindAloneAsync(id, cancellationToken)
            : Ask(new Question(id, cancellationToken)).WaitAsync(cancellationToken);

    private Task<T?> Ask(Question question)
    {
        lock (_gate)
        {
            if (_waiting is null or { Count: MaxShared })
            {
                _waiting = [];
                // Behind what waits for a thread already, some of which will ask, too.
                ThreadPool.UnsafeQueueUserWorkItem(waiting => _ = AnswerAsync(waiting), _waiting, preferLocal: false);
            }

            _waiting.Add(question);
        }

        return question.Task;
    }

    private async Task AnswerAsync(List<Question> questions)
    {
        lock (_gate)
        {
            if (_waiting == questions)
            {
                _waiting = null;
            }
        }

        if (questions is [var only])
        {
            await AnswerAloneAsync(only);
            return;
        }

        try
        {
            var found = await FindTogetherAsync(questions);
            bool IsLeft(Question question) => found.TryGetValue(question.Id, out var row) && row is null;
            questions.FindAll(question => !IsLeft(question)).ForEach(question => question.SetResult(found.GetValueOrDefault(question.Id)));
            questions.FindAll(IsLeft).ForEach(question => _ = AnswerAloneAsync(question));
        }
        catch (Exception exception)
        {
            questions.ForEach(question => question.Fail(exception));
        }
    }

    private async Task AnswerAloneAsync(Question question)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            question.SetResult(await FindAloneAsync(question.Id, question.Asker));
        }
        catch (Exception exception)
        {
            question.Fail(exception);
        }
    }

    private async Task<T?> FindAloneAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            return await findOne(id, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task<IReadOnlyDictionary<Guid, T?>> FindTogetherAsync(List<Question> questions)
    {
        Interlocked.Increment(ref _underWay);
        using var allGone = new CancellationTokenSource();
        var staying = questions.Count;
        void Leave()
        {
            if (Interlocked.Decrement(ref staying) == 0)
            {
                allGone.Cancel();
            }
        }

        var askers = questions.ConvertAll(question => question.Asker.UnsafeRegister(_ => Leave(), null));
        try
        {
            return await findMany(questions.ConvertAll(question => question.Id), allGone.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
            askers.ForEach(asker => asker.Dispose());
        }
    }

    // Those who asked go on side by side.
    private sealed class Question(Guid id, CancellationToken asker) : TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Guid Id => id;

        public CancellationToken Asker => asker;

        public void Fail(Exception exception)
        {
            if (TrySetException(exception))
            {
                // Whoever is gone does not look at it.
                _ = Task.Exception;
            }
        }
    }
}
