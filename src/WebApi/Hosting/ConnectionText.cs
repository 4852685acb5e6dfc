using Npgsql;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Reads <c>ConnectionStrings__Workspace</c>: Npgsql's keywords, or a URL as libpq and hosting providers write it
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
/// </summary>
internal static class ConnectionText
{
    private const string Name = "ConnectionStrings__Workspace";

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    // The parameters of libpq whose names differ from Npgsql's keywords.
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
        ["client_encoding"] = "Client Encoding",
        ["user"] = "Username",
        ["dbname"] = "Database",
    };

    /// <summary>Returns the connection string with Npgsql's keywords.</summary>
    /// <param name="text">The setting.</param>
    /// <param name="password">The password, if the setting has none; or null.</param>
    /// <exception cref="StartFailure">
    /// The text cannot be used. The message repeats no part of it, because it may hold a password.
    /// </exception>
    public static string Read(string text, string? password = null)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = Array.Find(Schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) is { } scheme
                ? ReadUrl(text[scheme.Length..])
                : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            throw new StartFailure(
                $"{Name} is no valid connection string. It is not shown here, because it may hold a password. Write "
                + "Host=db.example.org;Database=workspace;Username=workspace;Password=... or "
                + "postgres://workspace:...@db.example.org/workspace. In a URL, write special characters of the password as %XX.");
        }

        if (!string.IsNullOrEmpty(password))
        {
            settings.Password = string.IsNullOrEmpty(settings.Password)
                ? password
                : throw new StartFailure($"{Name} and Database__Password both have a password. Remove one of them.");
        }

        return string.IsNullOrEmpty(settings.Host)
            ? throw new StartFailure($"{Name} names no server: it lacks Host=...")
            : settings.ConnectionString;
    }

    // [user[:password]@][host[:port][,...]][/database][?name=value[&...]]
    private static NpgsqlConnectionStringBuilder ReadUrl(string text)
    {
        var settings = new NpgsqlConnectionStringBuilder();
        var (address, query) = Split(text, text.IndexOf('?', StringComparison.Ordinal));
        var (authority, database) = Split(address, address.IndexOf('/', StringComparison.Ordinal));
        if (database.Contains('@', StringComparison.Ordinal))
        {
            // A password with an unescaped slash. Its first part would be taken for the host.
            throw new FormatException();
        }

        var at = authority.LastIndexOf('@');
        var (user, password) = Split(authority[..Math.Max(at, 0)], authority.IndexOf(':', StringComparison.Ordinal));
        void Set(string keyword, string value)
        {
            if (value.Length > 0)
            {
                settings[keyword] = Uri.UnescapeDataString(value);
            }
        }

        Set("Host", authority[(at + 1)..]);
        Set("Database", database);
        Set("Username", user);
        Set("Password", password);
        foreach (var (name, value) in query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => Split(pair, pair.IndexOf('=', StringComparison.Ordinal))))
        {
            // libpq writes verify-full and read-write, Npgsql writes VerifyFull and ReadWrite or read-write.
            Set(Keywords.GetValueOrDefault(name, name), name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value);
        }

        return settings;
    }

    // Returns the parts before and after a character. Without it everything is before it.
    private static (string Before, string After) Split(string text, int index) =>
        index < 0 || index >= text.Length ? (text, "") : (text[..index], text[(index + 1)..]);
}
