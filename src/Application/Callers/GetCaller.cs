using MediatR;

namespace CleanWorkspace.Application.Callers;

/// <summary>Asks who the caller is and what it may do.</summary>
/// <param name="Operations">The operationIds of the operations that the caller may call.</param>
public sealed record CallersGetCallerRequest(IReadOnlyList<string> Operations) : IRequest<CallerResponse>;

internal sealed class GetCallerHandler(Caller caller) : IRequestHandler<CallersGetCallerRequest, CallerResponse>
{
    public Task<CallerResponse> Handle(CallersGetCallerRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new CallerResponse
        {
            Kind = caller.Credential.Kind,
            Id = caller.Credential.Id,
            Name = caller.Credential.Name,
            Role = caller.Credential.Role,
            ExpiresAt = caller.Credential.ExpiresAt,
            Operations = request.Operations,
        });
}
