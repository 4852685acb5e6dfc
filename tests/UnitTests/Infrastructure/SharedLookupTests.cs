using System.Collections.Concurrent;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.UnitTests.Infrastructure;

public sealed class SharedLookupTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _firstMayEnd = new();
    private readonly TaskCompletionSource _othersMayEnd = new();
    private readonly TaskCompletionSource _longMayEnd = new();
    private readonly ConcurrentBag<IReadOnlyList<Guid>> _together = [];
    private readonly ConcurrentDictionary<Guid, CancellationToken> _sent = [];
    private readonly SharedLookup<string> _lookup;
    private Exception? _refusal;
    private int _last;

    public SharedLookupTests() => _lookup = new SharedLookup<string>(
        async (id, token) =>
        {
            _sent[id] = token;
            await (id == Guid.Empty ? _firstMayEnd : IsLong(id) ? _longMayEnd : _othersMayEnd).Task.WaitAsync(token);
            return IsThere(id) ? $"{id}" : null;
        },
        async (ids, token) =>
        {
            _together.Add(ids);
            foreach (var id in ids)
            {
                _sent[id] = token;
            }

            await _othersMayEnd.Task.WaitAsync(token);
            return _refusal is null ? ids.Where(IsThere).Distinct().ToDictionary(id => id, id => IsLong(id) ? null : $"{id}") : throw _refusal;
        });

    [Fact]
    public async Task Who_asks_while_nobody_else_does_is_answered_alone_time_after_time()
    {
        _othersMayEnd.SetResult();

        for (var i = 1; i <= 6; i++)
        {
            Assert.Equal(AnswerOf(i), await _lookup.FindAsync(IdOf(i), CancellationToken.None).WaitAsync(Patience));
        }

        Assert.Empty(_together);
    }

    [Fact]
    public async Task Those_who_ask_meanwhile_are_answered_together_each_with_their_own()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        // Some ids twice, some of nobody.
        var numbers = Enumerable.Range(0, 1000).Select(i => 1 + (i % 300)).ToArray();

        var answers = numbers.Select(number => _lookup.FindAsync(IdOf(number), CancellationToken.None)).ToArray();
        _othersMayEnd.SetResult();

        Assert.Equal(numbers.Select(AnswerOf), await Task.WhenAll(answers).WaitAsync(Patience));
        Assert.NotEmpty(_together);
        Assert.All(_together, asked => Assert.InRange(asked.Count, 2, 32));
        Assert.False(first.IsCompleted);
        _firstMayEnd.SetResult();
        Assert.Equal($"{Guid.Empty}", await first.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_others_had_better_not_wait_for_is_found_alone_and_they_do_not_wait()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        var longOnes = new List<Task<string?>>();
        _othersMayEnd.SetResult();
        while (!_together.Any(asked => asked.Any(IsLong) && !asked.All(IsLong)))
        {
            Guid[] ids = [LongIdOf(_last += 2), IdOf(_last), IdOf(_last + 1)];
            var answers = ids.Select(id => _lookup.FindAsync(id, CancellationToken.None)).ToArray();

            Assert.Equal(new[] { AnswerOf(_last), null }, await Task.WhenAll(answers[1..]).WaitAsync(Patience));
            longOnes.Add(answers[0]);
        }

        Assert.All(longOnes, answer => Assert.False(answer.IsCompleted));
        _longMayEnd.SetResult();
        Assert.Equal(Enumerable.Range(1, longOnes.Count).Select(turn => $"{LongIdOf(2 * turn)}"), await Task.WhenAll(longOnes).WaitAsync(Patience));
        Assert.False(first.IsCompleted);
        _firstMayEnd.SetResult();
        await first.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_failure_is_told_to_everybody_whom_it_concerns_and_to_nobody_after_them()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        _refusal = new TimeoutException();
        var (_, failing) = await AskTogetherAsync(CancellationToken.None, CancellationToken.None);
        _othersMayEnd.SetResult();

        foreach (var failure in failing)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => failure.WaitAsync(Patience));
        }

        _refusal = null;
        var (_, answers) = await AskTogetherAsync(CancellationToken.None, CancellationToken.None);
        Assert.Equal(new[] { AnswerOf(_last), null }, await Task.WhenAll(answers).WaitAsync(Patience));
        _firstMayEnd.SetResult();
        await first.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_was_together_together_is_cancelled_when_the_last_who_together_is_gone_and_not_before()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var (statement, answers) = await AskTogetherAsync(one.Token, other.Token);

        await one.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers[0].WaitAsync(Patience));
        Assert.False(statement.IsCancellationRequested);
        Assert.False(answers[1].IsCompleted);

        await other.CancelAsync();

        Assert.True(statement.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers[1].WaitAsync(Patience));
        _firstMayEnd.SetResult();
        await first.WaitAsync(Patience);
    }

    [Fact]
    public async Task Who_goes_away_keeps_nobody_from_the_answer()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var (_, answers) = await AskTogetherAsync(gone.Token, CancellationToken.None);

        await gone.CancelAsync();
        _othersMayEnd.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers[0].WaitAsync(Patience));
        Assert.Null(await answers[1].WaitAsync(Patience));
        _firstMayEnd.SetResult();
        await first.WaitAsync(Patience);
    }

    // Until two have met, which is up to the thread that sends the first of them: one who is there, and nobody.
    private async Task<(CancellationToken Statement, Task<string?>[] Answers)> AskTogetherAsync(CancellationToken one, CancellationToken other)
    {
        while (true)
        {
            Guid[] ids = [IdOf(_last += 2), IdOf(_last + 1)];
            Task<string?>[] answers = [_lookup.FindAsync(ids[0], one), _lookup.FindAsync(ids[1], other)];
            while (!ids.All(_sent.ContainsKey))
            {
                await Task.Yield();
            }

            if (_together.Any(asked => asked.SequenceEqual(ids)))
            {
                return (_sent[ids[0]], answers);
            }
        }
    }

    private static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    private static Guid LongIdOf(int number) => new(number, 1, 0, new byte[8]);

    private static bool IsLong(Guid id) => id.ToByteArray()[4] == 1;

    private static bool IsThere(Guid id) => id.ToByteArray()[0] % 2 == 0;

    private static string? AnswerOf(int number) => IsThere(IdOf(number)) ? $"{IdOf(number)}" : null;
}
