using Npgsql;

namespace CleanWorkspace.Infrastructure.Persistence.Importing;

/// <summary>
/// While many rows are inserted, puts what is pending of the trigram index of users in its place, over a connection of its own. The
/// inserting session would do that itself after each mebibyte, and take a quarter longer; and so would, by bad luck, somebody else's.
/// </summary>
internal sealed class SearchIndexCleaning : IAsyncDisposable
{
    // The more is put in place together, the less it costs; a mebibyte takes longer than this to come together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _cleaning;

    public SearchIndexCleaning(ImportSource source) => _cleaning = CleanAsync(source, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _cleaning;
        _stop.Dispose();
    }

    private static async Task CleanAsync(ImportSource source, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT gin_clean_pending_list('ix_users_search_text')", connection);
            while (true)
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
                await Task.Delay(Pause, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException)
        {
            // It has ended, or cannot be: only the tables' owner may. The import gets on without.
        }
    }
}
