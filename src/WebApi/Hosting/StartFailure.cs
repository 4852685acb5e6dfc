using System.Net.Sockets;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>The service cannot start, for a reason that the operator can mend.</summary>
/// <param name="message">What is wrong and what to do.</param>
internal sealed class StartFailure(string message) : Exception(message)
{
    private static readonly string[] SourcesOfSettings = ["Microsoft.AspNetCore", "Serilog", "System.Net"];

    /// <summary>What to tell the operator, or null where the exception is a defect, whose stack trace is needed.</summary>
    public static string? Explain(Exception exception) => Unwrap(exception) switch
    {
        StartFailure or EmbeddedPostgresException => exception.Message,
        // A migration says itself what the server lacks.
        PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported } lack => lack.MessageText,
        PostgresException refusal =>
            $"The database refuses the service: {refusal.MessageText} ({refusal.SqlState}). Check ConnectionStrings__Workspace and the rights of its user.",
        NpgsqlException fault =>
            $"The database does not answer: {fault.Message}. Check ConnectionStrings__Workspace and that the server runs.",
        AddressInUseException =>
            "The service's address is in use by another program. Stop that program, or set ASPNETCORE_URLS to a free one, such as http://localhost:5081.",
        OperationCanceledException => "Stopped before the service had started.",
        FormatException or InvalidOperationException or ArgumentException when IsOfSettings(exception) => $"A setting cannot be used: {exception.Message}",
        _ => null,
    };

    /// <summary>Whether waiting may help: nothing listens yet, or the server says that it is starting or full.</summary>
    public static bool IsDatabaseStarting(Exception exception) =>
        Unwrap(exception) is NpgsqlException { InnerException: SocketException or TimeoutException or IOException }
            or PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections };

    // EF Core wraps what it takes for transient; Kestrel wraps a taken address.
    private static Exception Unwrap(Exception exception) =>
        exception is InvalidOperationException or IOException && exception.InnerException is { } inner ? inner : exception;

    // Whoever reads settings says in its message what is wrong with them.
    private static bool IsOfSettings(Exception exception) =>
        exception.Source is { } source
        && SourcesOfSettings.Any(reader => source.StartsWith(reader, StringComparison.Ordinal));
}
