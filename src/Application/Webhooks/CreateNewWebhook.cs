using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using AutoMapper;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;
using FluentValidation;
using MediatR;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>The description of a new webhook. The URL is required.</summary>
public sealed record WebhooksCreateNewWebhookRequest : CreateRequest, IRequest<WebhookResponse>
{
    /// <summary>The address of the endpoint. It begins with https. Only a service in Development accepts http, too.</summary>
    /// <example>https://hooks.example.org/workspace</example>
    [DisallowNull]
    [MaxLength(Webhook.MaxUrlLength)]
    [Required]
    public Optional<string?> Url { get; init; }

    /// <summary>The types of events to deliver. Null or absent means all.</summary>
    /// <example>["user.created", "user.deleted"]</example>
    [AllowNull, DataType(DataType.Text)]
    [MaxLength(EventTypes.MaxCount)]
    public Optional<IReadOnlyList<string?>?> Types { get; init; }

    /// <summary>The id of a group. Only its events are delivered: its changes and those of its members. Null or absent means all.</summary>
    /// <example>019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072</example>
    public Optional<string?> GroupId { get; init; }

    /// <summary>The purpose of the webhook. At most 1000 characters.</summary>
    /// <example>Tells the intranet about new colleagues.</example>
    [MaxLength(Webhook.MaxDescriptionLength)]
    public Optional<string?> Description { get; init; }

    /// <summary>The state: enabled (default) or disabled, in any case.</summary>
    /// <example>enabled</example>
    [DisallowNull]
    public Optional<string?> State { get; init; }
}

internal sealed class CreateNewWebhookValidator : AbstractValidator<WebhooksCreateNewWebhookRequest>
{
    public CreateNewWebhookValidator()
    {
        RuleFor(request => request.Url).IsGiven();
        RuleFor(request => request.Url).Holds(WebhookUrl.Check);
        RuleFor(request => request.Types).Custom(WebhookTarget.CheckTypes);
        RuleFor(request => request.GroupId).Holds(WebhookTarget.CheckGroup);
        RuleFor(request => request.Description).Holds(Webhook.DescriptionRule.Check);
        RuleFor(request => request.State).Holds(WebhookStateName.Check);
    }
}

internal sealed class CreateNewWebhookHandler(
    IWorkspaceDbContext db, IMapper mapper, TimeProvider clock, IEventFeed feed, WebhookTarget target)
    : IRequestHandler<WebhooksCreateNewWebhookRequest, WebhookResponse>
{
    // The answer contains the secret, and answers with secrets are not stored.
    private static readonly RequestFault NotRepeatable = new(
        "unsupported",
        "A secret is shown only once. Leave the header out. If you lose the answer, delete the webhook and create another.",
        Parameter: "Idempotency-Key");

    public async Task<WebhookResponse> Handle(WebhooksCreateNewWebhookRequest request, CancellationToken cancellationToken)
    {
        if (request.Idempotency is not null)
        {
            throw Failure.Invalid(NotRepeatable);
        }

        await target.RequireAsync(request.Url, request.GroupId, cancellationToken);
        var end = await feed.BeginAsync(EventToken.Now, cancellationToken);
        var webhook = Webhook.Create(
            clock,
            end.Position,
            request.Url.Value,
            WebhookTarget.ParseTypes(request.Types.Value),
            WebhookTarget.ParseGroup(request.GroupId.Value),
            request.Description.Value,
            request.State.IsGiven ? WebhookStateName.Parse(request.State.Value) : WebhookState.Enabled);

        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync(cancellationToken);
        return mapper.Map<WebhookResponse>(webhook) with { Secret = webhook.Secret };
    }
}
