using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.NounName;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.NounName;

/// <summary>Changes to a-entity-words. Absent properties stay as they are.</summary>
public sealed record NounNameUpdateByIdRequest : UpdateRequest, IRequest<EntityNameResponse>
{
    /// <summary>At most 200 characters. Must not be blank.</summary>
    /// <example>Analytical engines</example>
    [DisallowNull]
    [MaxLength(EntityName.MaxNameLength)]
    public Optional<string?> Name { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { SentBack = SentBack() };

    internal override Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken) =>
        check.Database.NounName
            .Where(entityName => entityName.Id == Id)
            .Select(entityName => new StoredProperties(entityName.CreatedAt, entityName.UpdatedAt))
            .SingleOrDefaultAsync(cancellationToken);
}

internal sealed class UpdateEntityNameByIdValidator : AbstractValidator<NounNameUpdateByIdRequest>
{
    public UpdateEntityNameByIdValidator() => RuleFor(request => request.Name).Holds(EntityName.NameRule.Check);
}

internal sealed class UpdateEntityNameByIdHandler(IWorkspaceDbContext db, IMapper mapper, TimeProvider clock)
    : IRequestHandler<NounNameUpdateByIdRequest, EntityNameResponse>
{
    public async Task<EntityNameResponse> Handle(NounNameUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        var entityName = await db.EditAsync(
            db.NounName,
            request.Id,
            request.ExpectedVersions,
            entityName => entityName.Update(clock, request.Name),
            cancellationToken);
        return mapper.Map<EntityNameResponse>(entityName);
    }
}
