using CleanWorkspace.Infrastructure.Database;
using MediatR;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Runs use cases, and answers for those that wait for a silent database.</summary>
internal sealed class WatchedMediator(IServiceScopeFactory scopes, DatabaseWatch watch) : IMediator
{
    /// <summary>Runs the use case in a scope of its own, which lives as long as the use case does, waited for or not.</summary>
    public Task<TResponse> Send<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken = default) =>
        watch.WaitAsync(
            async token =>
            {
                await using var scope = scopes.CreateAsyncScope();
                return await new Mediator(scope.ServiceProvider.GetRequiredService).Send(request, token);
            },
            cancellationToken);

    public Task Publish(object notification, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task Publish<TNotification>(TNotification notification, CancellationToken cancellationToken = default)
        where TNotification : INotification => throw new NotSupportedException();
}
