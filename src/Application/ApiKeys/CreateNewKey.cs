using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>Describes a new API key. A name and a role must be given.</summary>
public sealed record ApiKeysCreateNewKeyRequest : CreateRequest, IRequest<ApiKeyResponse>
{
    /// <summary>Whose key it is or what it is for; at most 200 characters, not blank.</summary>
    /// <example>payroll import</example>
    [DisallowNull]
    public Optional<string?> Name { get; init; }

    /// <summary>What may be done with it: one of admin, editor, viewer, guest, in any case.</summary>
    /// <example>viewer</example>
    [DisallowNull]
    public Optional<string?> Role { get; init; }

    /// <summary>From when on it is refused: RFC 3339, with Z or an offset; null or absent for never.</summary>
    /// <example>2027-11-23T00:00:00Z</example>
    public Optional<string?> ExpiresAt { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new();
}

internal sealed class CreateNewKeyValidator : AbstractValidator<ApiKeysCreateNewKeyRequest>
{
    public CreateNewKeyValidator()
    {
        RuleFor(request => request.Name).IsGiven();
        RuleFor(request => request.Name).Holds(ApiKey.NameRule.Check);
        RuleFor(request => request.Role).IsGiven();
        RuleFor(request => request.Role).Holds(RoleName.Check);
        RuleFor(request => request.ExpiresAt).Holds(Expiry.Check);
    }
}

internal sealed class CreateNewKeyHandler(IWorkspaceDbContext db, IMapper mapper, TimeProvider clock)
    : IRequestHandler<ApiKeysCreateNewKeyRequest, ApiKeyResponse>
{
    // The answer has the token, which is kept nowhere.
    private static readonly RequestFault CannotBeAnsweredAgain = new(
        "unsupported", "A token is told but once: leave the header out, and delete a key whose token was lost.", Parameter: "Idempotency-Key");

    public async Task<ApiKeyResponse> Handle(ApiKeysCreateNewKeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Idempotency is not null)
        {
            throw Failure.Invalid([CannotBeAnsweredAgain]);
        }

        var (key, token) = ApiKey.Create(
            clock, request.Name.Value, RoleName.Parse(request.Role.Value), Expiry.Parse(request.ExpiresAt.Value));

        return mapper.Map<ApiKeyResponse>(await db.CreateAsync(key, cancellationToken)) with { Token = token.Reveal() };
    }
}
