using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.Infrastructure.PrivatePostgres;
using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>The service cannot start for a reason that the operator can fix.</summary>
/// <param name="message">The reason and the fix.</param>
internal sealed class StartFailure(string message) : Exception(message)
{
    private static readonly string[] SettingsReaders = ["Microsoft.AspNetCore", "Serilog", "System.Net"];

    /// <summary>Returns a message for the operator, or null if the exception is a defect that needs its stack trace.</summary>
    public static string? Explain(Exception exception) => Unwrap(exception) switch
    {
        StartFailure or PrivatePostgresException or SchemaException => exception.Message,
        // The message of a migration names the missing feature of the server.
        PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported } lack => lack.MessageText,
        PostgresException refusal when !DatabaseFault.IsAway(refusal) =>
            $"The database refuses the service: {refusal.MessageText} ({refusal.SqlState}). "
            + "Check ConnectionStrings__Workspace, the password (also Database__Password and PGPASSWORD), and the rights of the user.",
        NpgsqlException fault =>
            $"The database cannot be used: {DatabaseFault.ReasonOf(fault)}. "
            + (DatabaseFault.AdviceOf(fault) ?? "Check ConnectionStrings__Workspace and that the server runs."),
        AddressInUseException =>
            "The address of the service is in use by another program. Stop that program, or set ASPNETCORE_URLS to a free address, "
            + "such as http://localhost:5081.",
        OperationCanceledException => "Stopped before the start was complete.",
        FormatException or InvalidOperationException or ArgumentException when IsFromSettings(exception) =>
            $"A setting cannot be used: {exception.Message}",
        _ => null,
    };

    // Kestrel wraps the exception for an address in use.
    private static Exception Unwrap(Exception exception) =>
        DatabaseFault.Find(exception) ?? (exception is IOException { InnerException: AddressInUseException inUse } ? inUse : exception);

    // These libraries explain a wrong setting in the message of the exception.
    private static bool IsFromSettings(Exception exception) =>
        exception.Source is { } source
        && SettingsReaders.Any(reader => source.StartsWith(reader, StringComparison.Ordinal));
}
