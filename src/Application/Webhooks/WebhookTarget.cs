using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.Domain.Webhooks;
using FluentValidation;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>The rules of the endpoint and the filters in requests.</summary>
/// <param name="settings">Where webhooks may send.</param>
/// <param name="userGroups">The groups.</param>
internal sealed class WebhookTarget(WebhookSettings settings, IUserGroupStore userGroups)
{
    private static readonly Fault NoTypes = new("required", "Must have at least one type. Null means all types.");

    private static readonly Fault TooManyTypes = new("too_many", $"Must have at most {EventTypes.MaxCount} types.");

    private static readonly Fault UnknownType = new(EventTypes.Code, $"Must be one of {string.Join(", ", EventTypes.Values)}.");

    private static readonly Fault HttpsRequired = new(
        "https_required", "Must begin with https. The service sends to http in Development only.");

    /// <summary>Requires null, or a list of types of events.</summary>
    public static void CheckTypes<TRequest>(Optional<IReadOnlyList<string?>?> value, ValidationContext<TRequest> context)
    {
        if (value.Value is not { } types)
        {
            return;
        }

        if (types.Count == 0)
        {
            context.AddFault(context.PropertyPath, NoTypes);
        }
        else if (types.Count > EventTypes.MaxCount)
        {
            context.AddFault(context.PropertyPath, TooManyTypes);
        }
        else
        {
            for (var i = 0; i < types.Count; i++)
            {
                if (types[i] is { } type && !EventTypes.Values.Contains(type))
                {
                    context.AddFault($"{context.PropertyPath}/{i}", UnknownType);
                }
            }
        }
    }

    /// <summary>Returns the types of a valid request.</summary>
    public static IReadOnlyList<string>? ParseTypes(IReadOnlyList<string?>? types) => types is null ? null : [.. types.OfType<string>()];

    /// <summary>Returns the fault <c>unknown_user_group</c>, or null if the text is a UUID or null.</summary>
    public static Fault? CheckGroup(string? id) => id is null || Uuid.TryParse(id, out _) ? null : RequestFault.UnknownUserGroup;

    /// <summary>Returns the id of the group, or null.</summary>
    public static Guid? ParseGroup(string? id) => Uuid.TryParse(id, out var group) ? group : null;

    /// <summary>Checks what the settings and the database decide.</summary>
    /// <remarks>
    /// No constraint refuses an unknown group, because a webhook must outlive its group: the deletion of the group is an event, too.
    /// </remarks>
    /// <exception cref="Failure">The URL is not encrypted and must be, or the group does not exist.</exception>
    public async Task RequireAsync(Optional<string?> url, Optional<string?> groupId, CancellationToken cancellationToken)
    {
        var faults = new List<RequestFault>();
        if (url.Value is { } text && !settings.IsHttpAllowed && !WebhookUrl.IsHttps(WebhookUrl.Normalize(text)))
        {
            faults.Add(RequestFault.At("/url", HttpsRequired));
        }

        if (ParseGroup(groupId.Value) is { } group && (await userGroups.FindExistingAsync([group], cancellationToken)).Count == 0)
        {
            faults.Add(RequestFault.At("/group_id", RequestFault.UnknownUserGroup));
        }

        if (faults.Count > 0)
        {
            throw Failure.Invalid(faults);
        }
    }
}
