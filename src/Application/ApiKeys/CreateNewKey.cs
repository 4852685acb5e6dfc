using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.ApiKeys;

/// <summary>The description of a new API key. Name and role are required.</summary>
public sealed record ApiKeysCreateNewKeyRequest : CreateRequest, IRequest<ApiKeyResponse>
{
    /// <summary>The owner or the purpose of the key. At most 200 characters. Must not be blank.</summary>
    /// <example>payroll import</example>
    [DisallowNull]
    [MaxLength(ApiKey.MaxNameLength)]
    [Required]
    public Optional<string?> Name { get; init; }

    /// <summary>The role of the key: one of admin, editor, viewer, guest, in any case.</summary>
    /// <example>viewer</example>
    [DisallowNull]
    [Required]
    public Optional<string?> Role { get; init; }

    /// <summary>The time when the key expires (RFC 3339, with Z or an offset). Null or absent means never.</summary>
    /// <example>2027-11-23T00:00:00Z</example>
    [DataType(DataType.DateTime)]
    public Optional<string?> ExpiresAt { get; init; }
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
    // The answer contains the token, and the token is not stored, so the answer cannot be repeated.
    private static readonly RequestFault NotRepeatable = new(
        "unsupported",
        "A token is shown only once. Leave the header out. If you lose the token, delete the key and create another.",
        Parameter: "Idempotency-Key");

    public async Task<ApiKeyResponse> Handle(ApiKeysCreateNewKeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Idempotency is not null)
        {
            throw Failure.Invalid(NotRepeatable);
        }

        var (key, token) = ApiKey.Create(
            clock, request.Name.Value, RoleName.Parse(request.Role.Value), Expiry.Parse(request.ExpiresAt.Value));

        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        return mapper.Map<ApiKeyResponse>(key) with { Token = token.Reveal() };
    }
}
