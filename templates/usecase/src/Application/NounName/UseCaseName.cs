using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.NounName;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.NounName;

/// <summary>Replaces the memberships.</summary>
public sealed record NounNameActionNameRequest : UpdateRequest, IRequest<EntityNameResponse>
{
    /// <summary>The ids that shall take the place of the present ones; at most 100,000.</summary>
    /// <example>["019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"]</example>
    public Optional<IReadOnlyList<string?>?> MemberNouns { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { MemberNouns = MemberNouns.Value ?? [], OfEntityName = SentBack() };
}

internal sealed class UseCaseNameValidator : AbstractValidator<NounNameActionNameRequest>
{
    public UseCaseNameValidator() => RuleFor(request => request.MemberNouns).HoldsIds(RequestFault.UnknownMemberEntity);
}

internal sealed class UseCaseNameHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<NounNameActionNameRequest, EntityNameResponse>
{
    public async Task<EntityNameResponse> Handle(NounNameActionNameRequest request, CancellationToken cancellationToken)
    {
        var changes = new EntityNameChanges { Id = request.Id, MemberNouns = request.MemberNouns.Select(References.ParseIds) };

        var changed = await db.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<EntityName>(request.Id);
        return mapper.Map<EntityNameResponse>(changed);
    }
}
