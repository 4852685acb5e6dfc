using CleanWorkspace.Application.Common;
using CleanWorkspace.Infrastructure.Persistence.Configurations;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Persistence;

/// <summary>What happens to a write that PostgreSQL refuses; it has then changed nothing.</summary>
internal static class WriteRules
{
    private const int Attempts = 5;

    /// <summary>Runs the write, again where it only lost a race, and names the constraint that it broke.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write();
            }
            catch (Exception exception) when (Refusal(exception) is { } refusal)
            {
                if (refusal.ConstraintName is UserConfiguration.UniqueEmail or MembershipConfiguration.GroupExists or MembershipConfiguration.UserExists)
                {
                    throw new ConstraintViolationException(refusal.ConstraintName, exception);
                }

                var lostRace = refusal.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
                if (!lostRace || attempt == Attempts)
                {
                    throw;
                }
            }
        }
    }

    // EF Core wraps what it takes for transient.
    private static PostgresException? Refusal(Exception exception) =>
        exception as PostgresException ?? exception.InnerException as PostgresException;
}
