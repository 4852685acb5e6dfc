using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Changes to an API key. What is absent stays as it is; null lets it live on for ever.</summary>
public sealed record ApiKeysUpdateByIdRequest : UpdateRequest, IRequest<ApiKeyResponse>
{
    /// <summary>Whose key it is or what it is for; at most 200 characters, not blank.</summary>
    /// <example>payroll import</example>
    [DisallowNull]
    public Optional<string?> Name { get; init; }

    /// <summary>What may be done with it: one of admin, editor, viewer, guest, in any case.</summary>
    /// <example>viewer</example>
    [DisallowNull]
    public Optional<string?> Role { get; init; }

    /// <summary>From when on it is refused: RFC 3339, with Z or an offset; null for never.</summary>
    /// <example>2027-11-23T00:00:00Z</example>
    public Optional<string?> ExpiresAt { get; init; }

    /// <summary>When the key was last used, sent back.</summary>
    [Undocumented]
    public Optional<string?> LastUsedAt { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { OfApiKey = SentBack(lastUsedAt: LastUsedAt) };
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

internal sealed class UpdateKeyByIdHandler(IWorkspaceDbContext db, IMapper mapper)
    : IRequestHandler<ApiKeysUpdateByIdRequest, ApiKeyResponse>
{
    public async Task<ApiKeyResponse> Handle(ApiKeysUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        var changes = new ApiKeyChanges
        {
            Id = request.Id,
            ExpectedVersions = request.ExpectedVersions,
            Name = request.Name,
            Role = request.Role.Select(RoleName.Parse),
            ExpiresAt = request.ExpiresAt.Select(Expiry.Parse),
        };

        var key = await db.UpdateAsync(changes, cancellationToken) ?? throw Failure.NotFound<ApiKey>(request.Id);
        return mapper.Map<ApiKeyResponse>(key);
    }
}
