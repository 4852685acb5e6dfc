using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>
/// Puts what writers have added to the search indexes in its place. PostgreSQL gathers it in a list first, as many rows at once are
/// cheaper; whoever makes the list too long has to empty it, which takes most of a second where there are a million users. Emptied
/// so often, it gets that long in an import, and hardly ever else. What is in the list is found, too.
/// </summary>
internal sealed class SearchIndexTidying(NpgsqlDataSource dataSource, ILogger<SearchIndexTidying> logger)
    : Upkeep(logger, "The search indexes are left to the writers")
{
    private const int TimeoutSeconds = 30;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override async Task DoAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT gin_clean_pending_list('ix_users_search_text'), gin_clean_pending_list('ix_user_groups_search_text')");
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
