namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Reads secrets from files, such as those of Docker and Kubernetes. The name of a secret setting with <c>_FILE</c> after it names the
/// file.
/// </summary>
internal static class SecretFiles
{
    private const string Suffix = "_FILE";
    private const int MaxLength = 64 * 1024;

    private static readonly string[] Secrets =
        ["ConnectionStrings:Workspace", "Database:Password", "Bootstrap:AdminKey", "OTEL_EXPORTER_OTLP_HEADERS"];

    // Other programs have variables that end with _FILE, too.
    private static readonly string[] Sections =
        ["ConnectionStrings:", "Database:", "Bootstrap:", "Kestrel:", "Authentication:", "OTEL_EXPORTER_OTLP_", "PGPASSWORD"];

    /// <summary>Gives each secret setting the content of its file, without the line end that an editor adds.</summary>
    /// <exception cref="StartFailure">
    /// A file cannot be used, a secret is given twice, or a variable looks like the file of a secret but is none.
    /// </exception>
    public static void AddSecretFiles(this ConfigurationManager configuration)
    {
        var secrets = new Dictionary<string, string?>();
        foreach (var (name, path) in configuration.AsEnumerable())
        {
            if (path is { Length: > 0 }
                && name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
                && Sections.Any(section => name.StartsWith(section, StringComparison.OrdinalIgnoreCase)))
            {
                var setting = name[..^Suffix.Length];
                secrets[setting] = Read(configuration, setting, path);
            }
        }

        configuration.AddInMemoryCollection(secrets);
    }

    private static string Read(ConfigurationManager configuration, string setting, string path)
    {
        var name = Settings.NameOf(setting);
        if (!IsSecret(setting))
        {
            throw new StartFailure(
                $"{name}{Suffix} is not read. These settings have files: "
                + $"{string.Join(", ", Secrets.Select(secret => Settings.NameOf(secret) + Suffix))}, and the passwords of certificates.");
        }

        if (!string.IsNullOrEmpty(configuration[setting]))
        {
            throw new StartFailure($"{name} and {name}{Suffix} are both set. Remove one of them.");
        }

        try
        {
            using var file = File.OpenText(path);
            var buffer = new char[MaxLength + 1];
            var length = file.ReadBlock(buffer);
            return new string(buffer, 0, length).TrimEnd('\r', '\n') switch
            {
                "" => throw new StartFailure($"The file in {name}{Suffix} is empty: {path}."),
                { Length: > MaxLength } =>
                    throw new StartFailure($"The file in {name}{Suffix} is no secret, because it is too long: {path}."),
                var secret => secret,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartFailure($"The file in {name}{Suffix} cannot be read: {exception.Message}");
        }
    }

    private static bool IsSecret(string setting) =>
        Secrets.Contains(setting, StringComparer.OrdinalIgnoreCase)
        || (setting.StartsWith("Kestrel:", StringComparison.OrdinalIgnoreCase)
            && setting.EndsWith(":Password", StringComparison.OrdinalIgnoreCase));
}
