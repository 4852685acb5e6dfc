using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Empties the pending lists of the search indexes. PostgreSQL collects new entries in a list, and the writer that makes the list too
/// long must empty it, which takes most of a second with a million users. Searches read the list, too.
/// </summary>
internal sealed class SearchIndexTidying(NpgsqlDataSource dataSource, ILogger<SearchIndexTidying> logger)
    : Upkeep(logger, "Cannot empty the pending lists of the search indexes")
{
    private const int TimeoutSeconds = 30;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT gin_clean_pending_list('ix_users_search_text'), gin_clean_pending_list('ix_user_groups_search_text')");
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
