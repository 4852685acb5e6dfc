using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Whether the service is open to who comes without a credential, as it is in Development with nothing set: no issuer either.</summary>
internal sealed record AccessSettings(bool IsOpen)
{
    private const string Required = "Authentication:Required";

    public static AccessSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration[Required] is not { Length: > 0 } setting)
        {
            return new AccessSettings(environment.IsDevelopment() && IssuerSettings.Read(configuration) is null);
        }

        if (!bool.TryParse(setting, out var required))
        {
            throw new StartFailure("Authentication__Required must be true or false.");
        }

        return required || environment.IsDevelopment()
            ? new AccessSettings(!required)
            : throw new StartFailure(
                $"Authentication__Required=false is for Development alone, and this is {environment.EnvironmentName}. Remove it, and create a key by the command: keys create --name ops --role admin");
    }

    /// <summary>Refuses to be open to other machines.</summary>
    public void CheckAddresses(IConfiguration configuration)
    {
        if (IsOpen && AddressSetup.FindReachableAddress(configuration) is { } address)
        {
            throw new StartFailure(
                $"Without authentication the service answers on this machine alone, and {address} can be reached from others. Set Authentication__Required=true, or listen on localhost.");
        }
    }
}
