using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>What happens to a write that PostgreSQL refuses; it has then changed nothing.</summary>
internal static class WriteRules
{
    /// <summary>The state of a write that was carried out under its key already; raised by the function require_unused_key.</summary>
    public const string AlreadyWritten = "WS208";

    // What the function require_version raises.
    private const string UnexpectedVersion = "WS412";
    // What the function require_unused_key raises otherwise.
    private const string KeyInUse = "WS409";
    private const string KeyReused = "WS422";

    private const int Attempts = 15;
    private const int PauseMilliseconds = 10;

    /// <summary>Runs the write, again where it only lost a race, and says which constraint it broke.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write();
            }
            catch (Exception exception) when (Refusal(exception) is { } refusal)
            {
                if (FaultOf(refusal.ConstraintName) is { } fault)
                {
                    throw Failure.BrokenReference(fault, exception);
                }

                switch (refusal.SqlState)
                {
                    case UnexpectedVersion:
                        throw Failure.PreconditionFailed(exception);
                    case KeyInUse:
                        throw Failure.IdempotencyKeyInUse(exception);
                    case KeyReused:
                        throw Failure.IdempotencyKeyReused(exception);
                }

                if (!HasLostRace(refusal))
                {
                    throw;
                }

                if (attempt == Attempts)
                {
                    throw Failure.Contention(exception);
                }
            }

            // Those that met do not meet again at once, and those that met often leave each other more room.
            await Task.Delay(Random.Shared.Next(PauseMilliseconds * attempt), cancellationToken);
        }
    }

    /// <summary>Whether the write only met others, and may succeed when it is tried again.</summary>
    public static bool HasLostRace(PostgresException refusal) => refusal.SqlState
        is PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.LockNotAvailable;

    private static RequestFault? FaultOf(string? constraint) => constraint switch
    {
        UserConfiguration.UniqueEmail => RequestFault.EmailTaken,
        MembershipConfiguration.UserExists => RequestFault.UnknownUsers,
        MembershipConfiguration.GroupExists => RequestFault.UnknownUserGroups,
        _ => null,
    };

    // EF Core wraps what it takes for transient.
    private static PostgresException? Refusal(Exception exception) =>
        exception as PostgresException ?? exception.InnerException as PostgresException;
}
