using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.NounName;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.NounName;

/// <summary>The description of a new entity-words. The name is required.</summary>
public sealed record NounNameCreateNewEntityNameRequest : CreateRequest, IRequest<EntityNameResponse>
{
    /// <summary>At most 200 characters. Must not be blank.</summary>
    /// <example>Analytical engines</example>
    [DisallowNull]
    [MaxLength(EntityName.MaxNameLength)]
    [Required]
    public Optional<string?> Name { get; init; }
}

internal sealed class CreateNewEntityNameValidator : AbstractValidator<NounNameCreateNewEntityNameRequest>
{
    public CreateNewEntityNameValidator()
    {
        RuleFor(request => request.Name).IsGiven();
        RuleFor(request => request.Name).Holds(EntityName.NameRule.Check);
    }
}

internal sealed class CreateNewEntityNameHandler(IWorkspaceDbContext db, IMapper mapper, TimeProvider clock)
    : IRequestHandler<NounNameCreateNewEntityNameRequest, EntityNameResponse>
{
    // Answers are not recorded, so a repeated request would create another row.
    private static readonly RequestFault NotRepeatable = new(
        "unsupported", "This operation does not support idempotency keys. Leave the header out.", Parameter: "Idempotency-Key");

    public async Task<EntityNameResponse> Handle(NounNameCreateNewEntityNameRequest request, CancellationToken cancellationToken)
    {
        if (request.Idempotency is not null)
        {
            throw Failure.Invalid(NotRepeatable);
        }

        var entityName = EntityName.Create(clock, request.Name.Value);

        db.NounName.Add(entityName);
        await db.SaveChangesAsync(cancellationToken);
        return mapper.Map<EntityNameResponse>(entityName);
    }
}
