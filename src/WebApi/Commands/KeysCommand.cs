using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using MediatR;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// The command <c>keys</c>: manages API keys by the same use cases as over HTTP. An operator creates the first key with it, or a new
/// key after the last one is lost.
/// </summary>
internal static class KeysCommand
{
    private const int PageSize = 200;

    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var name = new Option<string>("--name") { Required = true, Description = "The owner or the purpose of the key." };
        var role = new Option<string>("--role")
        {
            Required = true,
            Description = $"The role of the key: {string.Join(", ", RoleName.All)}.",
        };
        var expires = new Option<string>("--expires")
        {
            Description = "The time when the key expires, such as 2027-01-31T12:00:00Z. Default: never.",
        };
        expires.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>();
            // Over HTTP a time in the past ends an existing key. A new key with such a time would be useless.
            if (Timestamp.Check(text) is null && Timestamp.Parse(text) <= TimeProvider.System.GetUtcNow())
            {
                result.AddError($"--expires: {text} is over already. Give a time in the future.");
            }
        });
        var create = new Command("create", "Creates a key and writes its token to standard output. The token is never shown again.")
        {
            name, role, expires,
        };
        create.SetAction((arguments, _) => RunAsync(
            "keys create",
            mediator => CreateAsync(
                mediator, arguments.GetValue(name), arguments.GetValue(role), arguments.GetValue(expires), cancellationToken),
            cancellationToken));

        var list = new Command("list", "Lists the keys, oldest first.");
        list.SetAction((_, _) => RunAsync("keys list", mediator => ListAsync(mediator, cancellationToken), cancellationToken));

        var id = new Argument<Guid>("id") { Description = "The id of the key, from keys list.", CustomParser = ParseId };
        var force = new Option<bool>("--force") { Description = "Also revoke the last key of an admin." };
        var revoke = new Command("revoke", "Deletes a key. Every instance refuses it within five seconds.") { id, force };
        revoke.SetAction((arguments, _) => RunAsync(
            "keys revoke",
            mediator => RevokeAsync(mediator, arguments.GetValue(id), cancellationToken),
            cancellationToken,
            isForced: arguments.GetValue(force)));

        return new Command("keys", "Creates, lists and revokes API keys.") { create, list, revoke };
    }

    private static async Task CreateAsync(
        IMediator mediator, string? name, string? role, string? expires, CancellationToken cancellationToken)
    {
        var key = await mediator.Send(new ApiKeysCreateNewKeyRequest { Name = name, Role = role, ExpiresAt = expires }, cancellationToken);
        await Console.Error.WriteLineAsync(
            $"Key {key.Id} for {key.Name}, role {RoleName.Of(key.Role)}, expires: {Format(key.ExpiresAt)}. "
            + "Save the token now. It is never shown again:");
        Console.WriteLine(key.Token);
    }

    private static async Task ListAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        const string Row = "{0,-36}  {1,-6}  {2,-20}  {3,-20}  {4,-20}  {5}";
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, Row, "id", "role", "created", "last used", "expires", "name"));
        var request = new ApiKeysListRequest { PageSize = PageSize };
        while (request is not null)
        {
            var page = await mediator.Send(request, cancellationToken);
            foreach (var key in page.Results)
            {
                Console.WriteLine(string.Format(
                    CultureInfo.InvariantCulture,
                    Row,
                    key.Id,
                    RoleName.Of(key.Role),
                    Format(key.CreatedAt),
                    Format(key.LastUsedAt),
                    Format(key.ExpiresAt),
                    key.Name));
            }

            request = page.Next is null ? null : request with { Cursor = page.Next };
        }
    }

    private static async Task RevokeAsync(IMediator mediator, Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new ApiKeysDeleteByIdRequest(id, null), cancellationToken);
        await Console.Error.WriteLineAsync($"Key {id} is revoked. Every instance refuses it within five seconds.");
    }

    private static Task<int> RunAsync(
        string operation, Func<IMediator, Task> runAsync, CancellationToken cancellationToken, bool isForced = false) =>
        CommandRun.OfAsync(
            new Caller(CommandRun.Actor, operation, null) { IsForced = isForced },
            async mediator =>
            {
                try
                {
                    await runAsync(mediator);
                    return 0;
                }
                catch (Failure invalid) when (invalid.Kind == FailureKind.Invalid)
                {
                    foreach (var fault in invalid.Faults)
                    {
                        var option = fault.Pointer?.TrimStart('/').Replace("_at", "", StringComparison.Ordinal);
                        await Console.Error.WriteLineAsync($"--{option}: {fault.Detail}");
                    }
                }
                catch (Failure refusal) when (refusal.Kind is FailureKind.NotFound or FailureKind.Conflict)
                {
                    await Console.Error.WriteLineAsync(refusal.Message);
                }

                return 1;
            },
            cancellationToken);

    private static Guid ParseId(ArgumentResult argument)
    {
        if (!Uuid.TryParse(argument.Tokens[0].Value, out var id))
        {
            argument.AddError($"{argument.Tokens[0].Value} is no key's id. The ids are UUIDs; keys list shows them.");
        }

        return id;
    }

    private static string Format(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never";
}
