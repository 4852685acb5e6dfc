using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.NounName;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.NounName;

/// <summary>Replaces the memberships of a entity-words.</summary>
public sealed record NounNameActionNameRequest : BodyRequest, IRequest<EntityNameResponse>
{
    /// <summary>The id in the path.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>The versions of the entity-words that the client accepts, or null for any.</summary>
    [JsonIgnore]
    public IReadOnlyList<long>? ExpectedVersions { get; init; }

    /// <summary>The ids that replace the current ones. At most 100,000.</summary>
    /// <example>[]</example>
    [MaxLength(IdList.MaxCount)]
    public Optional<IReadOnlyList<string?>?> MemberNouns { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { MemberNouns = MemberNouns.Value ?? [] };
}

internal sealed class UseCaseNameValidator : AbstractValidator<NounNameActionNameRequest>
{
    public UseCaseNameValidator() => RuleFor(request => request.MemberNouns).HoldsIds(RequestFault.UnknownMemberEntity);
}

internal sealed class UseCaseNameHandler(IEntityNameStore nounName)
    : IRequestHandler<NounNameActionNameRequest, EntityNameResponse>
{
    public async Task<EntityNameResponse> Handle(NounNameActionNameRequest request, CancellationToken cancellationToken)
    {
        var changes = new EntityNameChanges
        {
            Id = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            MemberNouns = request.MemberNouns.Select(References.ParseIds),
        };

        return await nounName.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<EntityName>(request.Id);
    }
}
