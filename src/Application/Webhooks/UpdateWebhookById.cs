using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>
/// Changes to a webhook. Absent properties stay as they are. After a change of anything but the description, the service tries again at
/// once.
/// </summary>
public sealed record WebhooksUpdateByIdRequest : UpdateRequest, IRequest<WebhookResponse>
{
    /// <summary>The address of the endpoint. It begins with https. Only a service in Development accepts http, too.</summary>
    /// <example>https://hooks.example.org/workspace</example>
    [DisallowNull]
    [MaxLength(Webhook.MaxUrlLength)]
    public Optional<string?> Url { get; init; }

    /// <summary>The types of events to deliver. Null means all.</summary>
    /// <example>["user.created", "user.deleted"]</example>
    [AllowNull, DataType(DataType.Text)]
    [MaxLength(EventTypes.MaxCount)]
    public Optional<IReadOnlyList<string?>?> Types { get; init; }

    /// <summary>The id of a group. Only its events are delivered: its changes and those of its members. Null means all.</summary>
    /// <example>019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072</example>
    public Optional<string?> GroupId { get; init; }

    /// <summary>The purpose of the webhook. At most 1000 characters.</summary>
    /// <example>Tells the intranet about new colleagues.</example>
    [MaxLength(Webhook.MaxDescriptionLength)]
    public Optional<string?> Description { get; init; }

    /// <summary>The state: enabled or disabled, in any case. The events of a disabled webhook wait.</summary>
    /// <example>enabled</example>
    [DisallowNull]
    public Optional<string?> State { get; init; }

    /// <summary>Sent back. It may have changed since it was read, so any value is accepted. So it is with the next properties.</summary>
    [Undocumented]
    public Optional<string?> DisabledReason { get; init; }

    /// <summary>Sent back.</summary>
    [Undocumented]
    public Optional<string?> FailingSince { get; init; }

    /// <summary>Sent back.</summary>
    [Undocumented]
    public Optional<string?> BlockedEventId { get; init; }

    /// <summary>Sent back.</summary>
    [Undocumented]
    public Optional<string?> NextAttemptAt { get; init; }

    /// <summary>Sent back.</summary>
    [Undocumented]
    public Optional<string?> PreviousSecretExpiresAt { get; init; }

    /// <inheritdoc/>
    public override References GetReferences() => new() { SentBack = SentBack() };

    internal override Task<StoredProperties?> FindStoredAsync(ReferenceCheck check, CancellationToken cancellationToken) =>
        check.Database.Webhooks
            .Where(webhook => webhook.Id == Id)
            .Select(webhook => new StoredProperties(webhook.CreatedAt, webhook.UpdatedAt))
            .SingleOrDefaultAsync(cancellationToken);
}

internal sealed class UpdateWebhookByIdValidator : AbstractValidator<WebhooksUpdateByIdRequest>
{
    public UpdateWebhookByIdValidator()
    {
        RuleFor(request => request.Url).Holds(WebhookUrl.Check);
        RuleFor(request => request.Types).Custom(WebhookTarget.CheckTypes);
        RuleFor(request => request.GroupId).Holds(WebhookTarget.CheckGroup);
        RuleFor(request => request.Description).Holds(Webhook.DescriptionRule.Check);
        RuleFor(request => request.State).Holds(WebhookStateName.Check);
    }
}

internal sealed class UpdateWebhookByIdHandler(IWorkspaceDbContext db, IMapper mapper, TimeProvider clock, WebhookTarget target)
    : IRequestHandler<WebhooksUpdateByIdRequest, WebhookResponse>
{
    public async Task<WebhookResponse> Handle(WebhooksUpdateByIdRequest request, CancellationToken cancellationToken)
    {
        // A group that the webhook has already may be gone.
        var group = request.GroupId.Select(WebhookTarget.ParseGroup);
        var isSameGroup = group is { IsGiven: true, Value: not null }
            && await db.Webhooks.AnyAsync(webhook => webhook.Id == request.Id && webhook.GroupId == group.Value, cancellationToken);
        await target.RequireAsync(request.Url, isSameGroup ? default : request.GroupId, cancellationToken);
        var webhook = await db.EditAsync(
            db.Webhooks,
            request.Id,
            request.ExpectedVersions,
            webhook => webhook.Update(
                clock,
                request.Url,
                request.Types.Select(WebhookTarget.ParseTypes),
                group,
                request.Description,
                request.State.Select(WebhookStateName.Parse)),
            cancellationToken);
        return mapper.Map<WebhookResponse>(webhook);
    }
}
