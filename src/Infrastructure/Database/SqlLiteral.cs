using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Values as text of a statement instead of parameters. PostgreSQL then plans for the value: a group of ten users needs another plan
/// than a group of a hundred thousand.
/// </summary>
internal static class SqlLiteral
{
    public static string Of(Guid id) => $"'{id}'::uuid";

    public static string Of(Role role) => $"'{RoleName.Of(role)}'";
}
