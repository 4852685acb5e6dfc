using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Selects the events to send again: one of event_id, after and failed_since.</summary>
public sealed record WebhooksResendByIdRequest : BodyRequest, IRequest<WebhookResendResponse>
{
    /// <summary>The id in the path.</summary>
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>The id of one event.</summary>
    /// <example>1842.019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071</example>
    [DisallowNull]
    [MaxLength(Events.EventId.MaxLength)]
    public Optional<string?> EventId { get; init; }

    /// <summary>A token of the feed. The delivered events after it are sent again.</summary>
    /// <example>3bVnMzA1OWM2YjMvMTg0Mi8</example>
    [DisallowNull]
    public Optional<string?> After { get; init; }

    /// <summary>The token where the events of after end. Default: the last delivered event.</summary>
    /// <example>3bVnMzA1OWM2YjMvMTg0Mi8</example>
    [DisallowNull]
    public Optional<string?> Until { get; init; }

    /// <summary>A time (RFC 3339). Every event whose last attempt failed since then is sent again, if the delivery has passed it.</summary>
    /// <example>2026-11-23T12:00:00Z</example>
    [DataType(DataType.DateTime), DisallowNull]
    public Optional<string?> FailedSince { get; init; }
}

internal sealed class ResendWebhookByIdValidator : AbstractValidator<WebhooksResendByIdRequest>
{
    private static readonly Fault NotOne = new(
        "contradiction", "Give exactly one of event_id, after and failed_since. The property until needs after.");

    private static readonly Fault InvalidToken = new(EventToken.Code, $"Must be a token, {EventToken.Form}.");

    public ResendWebhookByIdValidator()
    {
        RuleFor(request => request.EventId).Holds(EventId.Check);
        RuleFor(request => request.After).Holds(CheckToken);
        RuleFor(request => request.Until).Holds(CheckToken);
        RuleFor(request => request.FailedSince).Holds(Timestamp.Check);
        RuleFor(request => request).Custom((request, context) =>
        {
            bool[] given = [request.EventId.IsGiven, request.After.IsGiven, request.FailedSince.IsGiven];
            if (request.ReadingFaults.Count == 0
                && (given.Count(isGiven => isGiven) != 1 || (request.Until.IsGiven && !request.After.IsGiven)))
            {
                context.AddFault("", NotOne);
            }
        });
    }

    private static Fault? CheckToken(string? text) => EventToken.TryParse(text, out _) ? null : InvalidToken;
}

internal sealed class ResendWebhookByIdHandler(IWorkspaceDbContext db, WebhookResends resends)
    : IRequestHandler<WebhooksResendByIdRequest, WebhookResendResponse>
{
    private const int MaxOpen = 1000;

    private static readonly RequestFault TooMany = new(
        "too_many", $"At most {MaxOpen} resends may wait. Wait until they are done, or send a range of the feed.", "");

    public async Task<WebhookResendResponse> Handle(WebhooksResendByIdRequest request, CancellationToken cancellationToken)
    {
        var done = await db.Webhooks.Where(webhook => webhook.Id == request.Id)
            .Select(webhook => (long?)webhook.Cursor.Position)
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw Failure.NotFound<Webhook>(request.Id);
        var found = request switch
        {
            { EventId.Value: { } id } => await resends.FindEventAsync(request.Id, id, cancellationToken),
            { FailedSince.Value: { } time } => await resends.FindFailedAsync(
                request.Id, Timestamp.Parse(time), done, MaxOpen + 1, cancellationToken),
            _ => await resends.FindRangeAsync(request.Id, request.After.Value, request.Until.Value, done, cancellationToken),
        };
        if (found.Count + await db.WebhookResends.CountAsync(resend => resend.WebhookId == request.Id, cancellationToken) > MaxOpen)
        {
            throw Failure.Invalid(TooMany);
        }

        db.WebhookResends.AddRange(found);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException exception)
        {
            throw await db.Webhooks.AnyAsync(webhook => webhook.Id == request.Id, cancellationToken)
                ? Failure.Contention(exception)
                : Failure.NotFound<Webhook>(request.Id);
        }

        return new WebhookResendResponse { Resends = found.Count };
    }
}
