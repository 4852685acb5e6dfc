using CleanWorkspace.Application;
using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

public sealed class WriteRulesTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    public async Task A_write_that_loses_a_race_is_retried(string state)
    {
        var runs = 0;

        var result = await WriteRules.RunAsync(() => ++runs < 3 ? throw Refusal(state) : Task.FromResult(runs), CancellationToken.None);

        Assert.Equal(3, result);
    }

    [Fact]
    public async Task A_write_that_loses_every_race_is_refused_for_contention()
    {
        await Assert.ThrowsAsync<Failure>(() => WriteRules.RunAsync<int>(
            () => throw Refusal(PostgresErrorCodes.DeadlockDetected), CancellationToken.None));
    }

    [Fact]
    public async Task Any_other_refusal_of_the_database_is_thrown()
    {
        var runs = 0;

        await Assert.ThrowsAsync<PostgresException>(() => WriteRules.RunAsync<int>(
            () =>
            {
                runs++;
                throw Refusal(PostgresErrorCodes.UndefinedTable);
            },
            CancellationToken.None));

        Assert.Equal(1, runs);
    }

    private static PostgresException Refusal(string state) => new("refused", "ERROR", "ERROR", state);
}
