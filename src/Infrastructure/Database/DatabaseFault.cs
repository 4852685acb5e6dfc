using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Tells faults of the database apart. An exception of Npgsql may be wrapped in others; EF Core wraps some twice.</summary>
public static class DatabaseFault
{
    /// <summary>Returns the exception of Npgsql inside an exception, or null if there is none.</summary>
    public static NpgsqlException? Find(Exception? exception) => exception switch
    {
        null => null,
        NpgsqlException fault => fault,
        _ => Find(exception.InnerException),
    };

    /// <summary>
    /// Tells whether the database cannot be used now, but perhaps later: it is not reachable, refuses connections, is read-only, or has
    /// no schema yet. The request itself may be right.
    /// </summary>
    public static bool IsUnavailable(NpgsqlException fault) =>
        IsAway(fault) || fault.IsTransient || fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn;

    /// <summary>
    /// Tells whether it helps to wait for the server: nothing listens, the server starts, stops or recovers, or it has no free connection.
    /// </summary>
    public static bool IsAway(NpgsqlException fault) => fault is not PostgresException refusal
        || (IsOfPooler(refusal) && !refusal.MessageText.StartsWith("unsupported", StringComparison.Ordinal))
        || fault.SqlState
        is PostgresErrorCodes.CannotConnectNow
        or PostgresErrorCodes.TooManyConnections
        or PostgresErrorCodes.AdminShutdown
        or PostgresErrorCodes.CrashShutdown
        or PostgresErrorCodes.ReadOnlySqlTransaction;

    /// <summary>Returns a sentence that says what to change, if no connection was free. Otherwise null.</summary>
    public static string? AdviceOf(NpgsqlException fault) => fault switch
    {
        PostgresException { MessageText: var text } when text.Contains("max_client_conn", StringComparison.Ordinal) =>
            "Raise max_client_conn of PgBouncer, or lower Maximum Pool Size in ConnectionStrings__Workspace.",
        PostgresException { MessageText: "query_wait_timeout" } => "Raise default_pool_size of PgBouncer.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
            "Raise max_connections of PostgreSQL or the CONNECTION LIMIT of the role or the database, or lower Maximum Pool Size in "
            + "ConnectionStrings__Workspace.",
        PostgresException => null,
        _ when fault.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal) =>
            "Raise Maximum Pool Size in ConnectionStrings__Workspace.",
        _ => null,
    };

    /// <summary>Tells whether the disk of the database is full. Reads still work then.</summary>
    public static bool IsDiskFull(NpgsqlException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.SqlState switch
        {
            PostgresErrorCodes.DiskFull => true,
            PostgresErrorCodes.IoError => fault.Message.Contains("No space left on device", StringComparison.Ordinal),
            _ => false,
        };
    }

    /// <summary>Returns what the database says, for the log. It contains neither values of rows nor secrets.</summary>
    public static string ReasonOf(NpgsqlException fault) => fault switch
    {
        // The full message may repeat values of the row.
        PostgresException refusal => refusal.MessageText,
        // The connection string names several hosts, and each has its own reason.
        { InnerException: AggregateException hosts } => string.Join("; ", hosts.InnerExceptions.Select(host => host.Message).Distinct()),
        _ => fault.Message,
    };

    // PgBouncer ends connections with this state for any reason, such as a limit or a server that went away.
    private static bool IsOfPooler(NpgsqlException fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation, InvariantSeverity: "FATAL" };
}
