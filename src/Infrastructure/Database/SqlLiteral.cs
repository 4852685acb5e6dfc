using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Values as text of a statement instead of parameters. PostgreSQL then plans for the value: a group of ten users needs another plan
/// than a group of a hundred thousand, and a frequent word another plan than a rare one.
/// </summary>
internal static class SqlLiteral
{
    public static string Of(Guid id) => $"'{id}'::uuid";

    /// <summary>Returns a text. PostgreSQL reads the escapes of this form in the same way whatever its settings are.</summary>
    public static string Of(string text) =>
        $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Of(Role role) => $"'{RoleName.Of(role)}'";
}
