using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Changes to an API key. Absent properties stay as they are. Null as the expiry means never.</summary>
public sealed record ApiKeysUpdateByIdRequest : UpdateRequest, IRequest<ApiKeyResponse>
{
    /// <summary>The owner or the purpose of the key. At most 200 characters. Must not be blank.</summary>
    /// <example>payroll import</example>
    [DisallowNull]
    [MaxLength(ApiKey.MaxNameLength)]
    public Optional<string?> Name { get; init; }

    /// <summary>The role of the key: one of admin, editor, viewer, guest, in any case.</summary>
    /// <example>viewer</example>
    [DisallowNull]
    public Optional<string?> Role { get; init; }

    /// <summary>The time when the key expires (RFC 3339, with Z or an offset). Null means never.</summary>
    /// <example>2027-11-23T00:00:00Z</example>
    [DataType(DataType.DateTime)]
    public Optional<string?> ExpiresAt { get; init; }

    /// <summary>The time of the last use, sent back.</summary>
    [Undocumented]
    public Optional<string?> LastUsedAt { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { SentBack = SentBack(lastUsedAt: LastUsedAt) };

    internal override Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken) =>
        check.Database.ApiKeys
            .Where(key => key.Id == Id)
            .Select(key => new StoredProperties(key.CreatedAt, key.UpdatedAt) { LastUsedAt = key.LastUsedAt })
            .SingleOrDefaultAsync(cancellationToken);
}

internal sealed class UpdateKeyByIdValidator : AbstractValidator<ApiKeysUpdateByIdRequest>
{
    public UpdateKeyByIdValidator()
    {
        RuleFor(request => request.Name).Holds(ApiKey.NameRule.Check);
        RuleFor(request => request.Role).Holds(RoleName.Check);
        RuleFor(request => request.ExpiresAt).Holds(Expiry.Check);
    }
}

internal sealed class UpdateKeyByIdHandler(IWorkspaceDbContext db, IMapper mapper, TimeProvider clock)
    : IRequestHandler<ApiKeysUpdateByIdRequest, ApiKeyResponse>
{
    public async Task<ApiKeyResponse> Handle(ApiKeysUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        var key = await db.EditAsync(
            db.ApiKeys,
            request.Id,
            request.ExpectedVersions,
            key => key.Update(clock, request.Name, request.Role.Select(RoleName.Parse), request.ExpiresAt.Select(Expiry.Parse)),
            cancellationToken);
        return mapper.Map<ApiKeyResponse>(key);
    }
}
