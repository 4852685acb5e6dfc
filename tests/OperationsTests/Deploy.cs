using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace CleanWorkspace.OperationsTests;

/// <summary>The files of the folder <c>deploy</c>. The drills use them as they are, with other addresses.</summary>
internal static class Deploy
{
    // Of the certificate, which has no issuer that a client knows.
    private const string Subject = "CN=localhost";

    private static readonly string Root = FindRoot();

    /// <summary>Returns the path of a file.</summary>
    public static string PathOf(string file) => Path.Combine(Root, "deploy", file);

    /// <summary>Returns the text of a file with other values. Each old value must be in the file.</summary>
    public static string Read(string file, params (string Old, string New)[] values)
    {
        var text = File.ReadAllText(PathOf(file));
        foreach (var (old, value) in values)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            text = text.Replace(old, value, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Writes a certificate for localhost and its key, as PEM.</summary>
    public static void WriteCertificate(string certificateFile, string keyFile)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n");
        File.AppendAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Returns a client of a proxy that has such a certificate.</summary>
    public static HttpClient CreateClient(string address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == Subject },
    })
    {
        BaseAddress = new Uri(address),
        Timeout = TimeLimit.OfWait,
    };

    /// <summary>Runs a script of the folder to its end and returns its exit code and its messages.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(
        string script,
        string[] arguments,
        IEnumerable<KeyValuePair<string, string?>> variables,
        string input = "/dev/null",
        string output = "/dev/null")
    {
        var line = $"exec \"$0\" \"$@\" <{input} >{output}";
        return await RunProgramAsync("sh", ["-c", line, PathOf(script), .. arguments], variables);
    }

    /// <summary>Runs an installed program to its end. Fails if the program does.</summary>
    public static async Task MustRunAsync(
        string program, string[] arguments, IEnumerable<KeyValuePair<string, string?>> variables)
    {
        var (exitCode, error) = await RunProgramAsync(program, arguments, variables);
        Assert.True(exitCode == 0, error);
    }

    /// <summary>Returns the settings of libpq for a database.</summary>
    public static Dictionary<string, string?> VariablesOf(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return new Dictionary<string, string?>
        {
            ["PGHOST"] = settings.Host,
            ["PGPORT"] = $"{settings.Port}",
            ["PGUSER"] = settings.Username,
            ["PGPASSWORD"] = settings.Password,
            ["PGDATABASE"] = settings.Database,
        };
    }

    /// <summary>Makes a copied cluster startable as a private server: gives it the password and the account of its source.</summary>
    /// <param name="source">The data folder of the private server that was copied.</param>
    /// <param name="folder">The data folder with the copy.</param>
    public static async Task AdoptClusterAsync(string source, string folder)
    {
        File.Copy(Path.Combine(source, "password"), Path.Combine(folder, "password"));
        // Without it, the folder would be refused as one with other files.
        await File.WriteAllTextAsync(Path.Combine(folder, "lock-users"), "");
        // The test may run as root, and the server never does.
        await MustRunAsync("chown", ["-R", $"--reference={Path.Combine(source, "cluster")}", folder], []);
    }

    private static async Task<(int ExitCode, string Error)> RunProgramAsync(
        string program, string[] arguments, IEnumerable<KeyValuePair<string, string?>> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync().WithinLimitAsync();
        await process.WaitForExitAsync().WithinLimitAsync();
        return (process.ExitCode, error);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CleanWorkspace.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
