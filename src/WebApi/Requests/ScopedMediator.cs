using CleanWorkspace.Infrastructure.Database;
using MediatR;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Runs each use case in a scope of its own, and stops waiting for it if the database is silent.</summary>
internal sealed class ScopedMediator(IServiceScopeFactory scopes, DatabaseLiveness liveness) : IMediator
{
    /// <summary>Runs the use case of the request.</summary>
    /// <remarks>The scope lives until the use case ends, even if <see cref="DatabaseLiveness"/> has abandoned it.</remarks>
    public Task<TResponse> Send<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken = default) =>
        liveness.RunAsync(
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
