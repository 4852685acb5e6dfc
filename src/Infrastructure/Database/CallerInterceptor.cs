using System.Data.Common;
using CleanWorkspace.Application;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Tells the audit triggers the caller at the start of every transaction of EF Core.</summary>
internal sealed class CallerInterceptor(Caller caller) : DbTransactionInterceptor
{
    // Memberships are not written through EF Core, so no table is named.
    private const string NoTable = "";

    public override async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await using var command = new NpgsqlCommand(
            "SELECT set_config('workspace.write', $1, true)", (NpgsqlConnection)connection, (NpgsqlTransaction)result)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = WriteSetting.Of(NoTable, caller) } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return result;
    }
}
