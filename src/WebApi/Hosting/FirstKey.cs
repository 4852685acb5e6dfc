using CleanWorkspace.Application;
using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Domain.ApiKeys;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Creates the first API key from <c>Bootstrap:AdminKey</c>, so that an operator needs no command after the first start. A service with
/// a key ignores a valid setting.
/// </summary>
/// <param name="Token">The token, or null if the operator creates the first key.</param>
internal sealed record FirstKey(KeyToken? Token)
{
    private const string Setting = "Bootstrap:AdminKey";

    /// <summary>Reads the setting.</summary>
    /// <exception cref="StartFailure">The setting is no token. The message does not repeat it.</exception>
    public static FirstKey Read(IConfiguration configuration) => configuration[Setting] switch
    {
        null or "" => new FirstKey(null as KeyToken),
        // The id has the time of creation.
        var text when KeyToken.Parse(text) is { } token && Uuid.CheckVersion7($"{token.KeyId}", out _) is null => new FirstKey(token),
        _ => throw new StartFailure(
            "Bootstrap__AdminKey is not a token. It has cwk_, a UUID of version 7 as 32 hexadecimal digits, _ and 43 characters of "
            + "base64url. docs/configuration.md has a command that makes one."),
    };

    /// <summary>Creates the key if the service has none.</summary>
    public async Task CreateAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if (Token is null)
        {
            return;
        }

        await using var scope = app.Services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<IWorkspaceDbContext>().CreateFirstKeyAsync(Token, cancellationToken))
        {
            app.Logger.LogInformation("Created the first API key, {Id}, from Bootstrap__AdminKey", Token.KeyId);
        }
    }
}
