using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Whether callers need a credential.</summary>
/// <param name="IsOpen">
/// Whether requests without a credential are accepted. The default is true only in Development without an issuer; else false.
/// </param>
internal sealed record AccessSettings(bool IsOpen)
{
    private const string Required = "Authentication:Required";

    public static AccessSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var isOpen = environment.IsDevelopment() && IssuerSettings.Read(configuration) is null;
        var required = configuration.FlagOf(Required, !isOpen);
        return required || environment.IsDevelopment()
            ? new AccessSettings(!required)
            : throw new StartFailure(
                $"Authentication__Required=false works only in Development, and this is {environment.EnvironmentName}. "
                + "Remove it, and create a key with the command: keys create --name ops --role admin");
    }

    /// <summary>Throws if the service is open and listens on an address that other machines can reach.</summary>
    public void CheckAddresses(IConfiguration configuration)
    {
        if (IsOpen && AddressSetup.FindReachableAddress(configuration) is { } address)
        {
            throw new StartFailure(
                $"Without authentication the service must listen on this machine only, but other machines can reach {address}. "
                + "Set Authentication__Required=true, or listen on localhost.");
        }
    }
}
