using System.Runtime.CompilerServices;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Ends the use of a request's body and response.</summary>
/// <remarks>
/// If the database is silent, the request can end before the work does. Dispose this at the end of the request: then the work can no longer
/// use the body, which the next request of the connection may have.
/// </remarks>
internal sealed class RequestEnd : IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public RequestEnd() => Token = _end.Token;

    /// <summary>Cancelled at the end of the request.</summary>
    public CancellationToken Token { get; }

    /// <summary>Passes on what is read from the request's body until the request ends.</summary>
    public async IAsyncEnumerable<T> Limit<T>(
        IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Token);
        either.Token.ThrowIfCancellationRequested();
        await foreach (var item in items.WithCancellation(either.Token))
        {
            yield return item;
            either.Token.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }
}
