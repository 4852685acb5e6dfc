using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Repeats writes that lost a race, and translates refusals of PostgreSQL into failures. A refused write changed nothing.
/// </summary>
internal static class WriteRules
{
    /// <summary>SQLSTATE of a write that was carried out under its idempotency key already (Schema/writes.sql).</summary>
    public const string AlreadyWritten = "WS208";

    // The other SQLSTATEs of Schema/writes.sql.
    private const string UnexpectedVersion = "WS412";
    private const string KeyInUse = "WS409";
    private const string KeyReused = "WS422";

    // Schema/api_keys.sql.
    private const string LastAdminKey = "WS423";

    /// <summary>The number of attempts of a write that loses races.</summary>
    public const int MaxAttempts = 15;

    private const int PauseMilliseconds = 10;

    /// <summary>Runs a write, and runs it again if it lost a race against other writers.</summary>
    /// <exception cref="Failure">The write broke a constraint or a precondition, or lost every race.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write();
            }
            catch (PostgresException refusal)
            {
                if (FailureOf(refusal) is { } failure)
                {
                    throw failure;
                }

                if (!HasLostRace(refusal))
                {
                    throw;
                }

                if (attempt == MaxAttempts)
                {
                    throw Failure.Contention(refusal);
                }
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    /// <summary>
    /// Waits before the next attempt. A random pause separates the writers that met. It grows with the number of attempts.
    /// </summary>
    public static Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(Random.Shared.Next(PauseMilliseconds * attempt), cancellationToken);

    /// <summary>Tells whether a write lost a race against other writers, so that another attempt may succeed.</summary>
    public static bool HasLostRace(PostgresException refusal) => refusal.SqlState
        is PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.LockNotAvailable;

    /// <summary>Returns the failure for a broken constraint or precondition, or null if the refusal has another reason.</summary>
    public static Failure? FailureOf(PostgresException refusal) => refusal.SqlState switch
    {
        UnexpectedVersion => Failure.PreconditionFailed(refusal),
        KeyInUse => Failure.IdempotencyKeyInUse(refusal),
        KeyReused => Failure.IdempotencyKeyReused(refusal),
        LastAdminKey => Failure.LastAdminKey(refusal),
        _ when FaultOf(refusal.ConstraintName) is { } fault => Failure.BrokenReference(fault, refusal),
        _ => null,
    };

    private static RequestFault? FaultOf(string? constraint) => constraint switch
    {
        UserConfiguration.UniqueEmail => RequestFault.EmailTaken,
        MembershipConfiguration.UserExists => RequestFault.UnknownUsers,
        MembershipConfiguration.GroupExists => RequestFault.UnknownUserGroups,
        _ => null,
    };
}
