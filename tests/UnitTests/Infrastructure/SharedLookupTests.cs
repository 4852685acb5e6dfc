using System.Collections.Concurrent;
using CleanWorkspace.Infrastructure.Database;

namespace CleanWorkspace.UnitTests.Infrastructure;

public sealed class SharedLookupTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // Tests look up the empty id first. Its statement keeps running, so that later lookups share statements.
    private readonly TaskCompletionSource _firstMayEnd = new();
    private readonly TaskCompletionSource _largeRowsMayEnd = new();
    private readonly TaskCompletionSource _othersMayEnd = new();
    private readonly ConcurrentBag<IReadOnlyList<Guid>> _sharedStatements = [];
    private readonly ConcurrentDictionary<Guid, CancellationToken> _tokens = [];
    private readonly SharedLookup<string> _lookup;
    private Exception? _failure;
    private int _lastNumber;

    public SharedLookupTests() => _lookup = new SharedLookup<string>(
        async (id, token) =>
        {
            _tokens[id] = token;
            await (id == Guid.Empty ? _firstMayEnd : IsLarge(id) ? _largeRowsMayEnd : _othersMayEnd).Task.WaitAsync(token);
            return Exists(id) ? $"{id}" : null;
        },
        async (ids, token) =>
        {
            _sharedStatements.Add(ids);
            foreach (var id in ids)
            {
                _tokens[id] = token;
            }

            await _othersMayEnd.Task.WaitAsync(token);
            return _failure is null
                ? ids.Where(Exists).Distinct().ToDictionary(id => id, id => IsLarge(id) ? null : $"{id}")
                : throw _failure;
        });

    [Fact]
    public async Task A_lookup_without_concurrent_ones_has_a_statement_of_its_own()
    {
        _othersMayEnd.SetResult();

        for (var i = 1; i <= 6; i++)
        {
            Assert.Equal(RowOf(i), await _lookup.FindAsync(IdOf(i), CancellationToken.None).WaitAsync(Timeout));
        }

        Assert.Empty(_sharedStatements);
    }

    [Fact]
    public async Task Concurrent_lookups_share_statements_and_each_gets_its_own_row()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        // Some ids repeat, and some have no row.
        var numbers = Enumerable.Range(0, 1000).Select(i => 1 + (i % 300)).ToArray();

        var lookups = numbers.Select(number => _lookup.FindAsync(IdOf(number), CancellationToken.None)).ToArray();
        _othersMayEnd.SetResult();

        Assert.Equal(numbers.Select(RowOf), await Task.WhenAll(lookups).WaitAsync(Timeout));
        Assert.NotEmpty(_sharedStatements);
        Assert.All(_sharedStatements, ids => Assert.InRange(ids.Count, 2, 32));
        Assert.False(first.IsCompleted);
        _firstMayEnd.SetResult();
        Assert.Equal($"{Guid.Empty}", await first.WaitAsync(Timeout));
    }

    [Fact]
    public async Task A_row_that_is_too_large_to_share_a_statement_does_not_delay_the_others()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        var largeRows = new List<Task<string?>>();
        _othersMayEnd.SetResult();
        while (!_sharedStatements.Any(ids => ids.Any(IsLarge) && !ids.All(IsLarge)))
        {
            Guid[] ids = [LargeIdOf(_lastNumber += 2), IdOf(_lastNumber), IdOf(_lastNumber + 1)];
            var lookups = ids.Select(id => _lookup.FindAsync(id, CancellationToken.None)).ToArray();

            Assert.Equal(new[] { RowOf(_lastNumber), null }, await Task.WhenAll(lookups[1..]).WaitAsync(Timeout));
            largeRows.Add(lookups[0]);
        }

        Assert.All(largeRows, lookup => Assert.False(lookup.IsCompleted));
        _largeRowsMayEnd.SetResult();
        Assert.Equal(
            Enumerable.Range(1, largeRows.Count).Select(turn => $"{LargeIdOf(2 * turn)}"),
            await Task.WhenAll(largeRows).WaitAsync(Timeout));
        Assert.False(first.IsCompleted);
        _firstMayEnd.SetResult();
        await first.WaitAsync(Timeout);
    }

    [Fact]
    public async Task A_failed_statement_fails_all_its_lookups_and_no_later_ones()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        _failure = new TimeoutException();
        var (_, failing) = await FindTogetherAsync(CancellationToken.None, CancellationToken.None);
        _othersMayEnd.SetResult();

        foreach (var lookup in failing)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => lookup.WaitAsync(Timeout));
        }

        _failure = null;
        var (_, lookups) = await FindTogetherAsync(CancellationToken.None, CancellationToken.None);
        Assert.Equal(new[] { RowOf(_lastNumber), null }, await Task.WhenAll(lookups).WaitAsync(Timeout));
        _firstMayEnd.SetResult();
        await first.WaitAsync(Timeout);
    }

    [Fact]
    public async Task A_shared_statement_is_cancelled_only_when_all_its_callers_have_gone()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var (statement, lookups) = await FindTogetherAsync(one.Token, other.Token);

        await one.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookups[0].WaitAsync(Timeout));
        Assert.False(statement.IsCancellationRequested);
        Assert.False(lookups[1].IsCompleted);

        await other.CancelAsync();

        Assert.True(statement.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookups[1].WaitAsync(Timeout));
        _firstMayEnd.SetResult();
        await first.WaitAsync(Timeout);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_disturb_the_others()
    {
        var first = _lookup.FindAsync(Guid.Empty, CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var (_, lookups) = await FindTogetherAsync(gone.Token, CancellationToken.None);

        await gone.CancelAsync();
        _othersMayEnd.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookups[0].WaitAsync(Timeout));
        Assert.Null(await lookups[1].WaitAsync(Timeout));
        _firstMayEnd.SetResult();
        await first.WaitAsync(Timeout);
    }

    // Repeats two lookups until both share a statement. This depends on the threads. The first id has a row, the second has none.
    private async Task<(CancellationToken Statement, Task<string?>[] Lookups)> FindTogetherAsync(
        CancellationToken one, CancellationToken other)
    {
        while (true)
        {
            Guid[] ids = [IdOf(_lastNumber += 2), IdOf(_lastNumber + 1)];
            Task<string?>[] lookups = [_lookup.FindAsync(ids[0], one), _lookup.FindAsync(ids[1], other)];
            while (!ids.All(_tokens.ContainsKey))
            {
                await Task.Yield();
            }

            if (_sharedStatements.Any(statement => statement.SequenceEqual(ids)))
            {
                return (_tokens[ids[0]], lookups);
            }
        }
    }

    private static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    private static Guid LargeIdOf(int number) => new(number, 1, 0, new byte[8]);

    private static bool IsLarge(Guid id) => id.ToByteArray()[4] == 1;

    private static bool Exists(Guid id) => id.ToByteArray()[0] % 2 == 0;

    private static string? RowOf(int number) => Exists(IdOf(number)) ? $"{IdOf(number)}" : null;
}
