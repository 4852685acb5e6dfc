using CleanWorkspace.Infrastructure.Database;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Takes the locks of an import in the order of all writers: groups before users, each ascending by id.</summary>
/// <remarks>
/// A lock out of order uses NOWAIT. If another writer has it, the import gives up its locks on existing rows and takes them again. The
/// rows that it inserted before stay.
/// </remarks>
internal static class ImportLocks
{
    /// <summary>Locks the groups of <c>import_touches</c>. Answers whether all of them exist.</summary>
    public const string LockGroups = "SELECT " + AreAllLocked + ") AS locked) = (SELECT count(*) FROM import_touches)";

    /// <summary>Like <see cref="LockGroups"/>, but out of order. Fails if another writer has one of the locks.</summary>
    public const string LockGroupsOrFail = "SELECT " + AreAllLocked + " NOWAIT) AS locked) = (SELECT count(*) FROM import_touches)";

    /// <summary>Makes the triggers use a new write id.</summary>
    /// <remarks>
    /// The audit orders entries by write id. An id that is made after the locks is later than the ids of all earlier writes to these rows.
    /// </remarks>
    public const string RenewWriteId = """
        SELECT set_config('workspace.write_parts', array_to_string(write_parts(), ','), true), set_config('workspace.write_id', '', true)
        """;

    private const string AreAllLocked = """
        (SELECT count(*) FROM (
            SELECT FROM user_groups WHERE id IN (SELECT group_id FROM import_touches) ORDER BY id FOR NO KEY UPDATE
        """;

    /// <summary>Runs a function that locks and compares. Runs it again if a lock was not available.</summary>
    public static async Task<T> TakeAsync<T>(
        ImportSession session, Func<CancellationToken, Task<T>> lockAsync, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync("SAVEPOINT before_locks", cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await lockAsync(cancellationToken);
            }
            catch (PostgresException refusal) when (
                attempt < WriteRules.MaxAttempts && refusal.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await session.ExecuteAsync("ROLLBACK TO SAVEPOINT before_locks", cancellationToken);
            }

            await WriteRules.PauseAsync(attempt, cancellationToken);
        }
    }
}
