namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The account that runs the server if the service runs as root. PostgreSQL refuses to run as root.</summary>
internal static class ServerAccount
{
    /// <summary>True if the service runs as root.</summary>
    public static bool IsNeeded { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Gives the account access to the folder. Returns its name, or null if the current user runs the server.</summary>
    public static async Task<string?> PrepareAsync(string folder, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (!IsNeeded)
        {
            return null;
        }

        var account = (await ProgramResult.OfAsync("id", ["-u", "postgres"], cancellationToken)).Succeeded ? "postgres" : "nobody";

        // An existing cluster keeps its owner, who may be a person.
        if (PostgresCluster.ReadVersion(folder) is null)
        {
            var handOver = await ProgramResult.OfAsync("chown", [$"{account}:", folder], cancellationToken);
            if (!handOver.Succeeded)
            {
                throw new PrivatePostgresException(
                    $"PostgreSQL refuses to run as root, and the account {account} could not get the data folder {folder}: "
                    + $"{handOver.Output}. Start the service as an ordinary user. {PostgresCluster.OtherFolder}");
            }
        }

        var probe = await ProgramResult.OfAsync(binaries.Program("postgres"), ["--version"], cancellationToken, account, folder);
        if (!probe.Succeeded)
        {
            throw new PrivatePostgresException(
                $"PostgreSQL refuses to run as root, so the account {account} runs it. That account cannot use the data folder "
                + $"{folder} with the programs in {binaries.Folder}: {probe.Output}. Give others the permission x on every parent "
                + $"folder of both (chmod o+x). An existing data folder must belong to {account}. {PostgresCluster.OtherFolder}");
        }

        return account;
    }
}
