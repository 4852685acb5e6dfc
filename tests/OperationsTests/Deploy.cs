using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

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
