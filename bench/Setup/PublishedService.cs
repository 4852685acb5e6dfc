using System.Runtime.InteropServices;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>The service as the image has it: published in Release, compiled ahead.</summary>
internal static class PublishedService
{
    /// <summary>Publishes it into the benchmark's own folder and answers the program's path.</summary>
    public static async Task<string> PublishAsync(string repository, CancellationToken cancellationToken)
    {
        // Beside the ordinary build, so that neither disturbs the other; what has not changed is not compiled again.
        var artifacts = Path.Combine(repository, "tests", "Benchmarks", "obj", "service");
        var output = Path.Combine(artifacts, "app");
        await ProgramRun.OfAsync(
            "dotnet",
            [
                "publish", Path.Combine(repository, "src", "WebApi"), "--configuration", "Release", "--artifacts-path", artifacts, "--output", output,
                "--arch", $"{RuntimeInformation.OSArchitecture}".ToLowerInvariant(), "--no-self-contained",
                "-p:PublishReadyToRun=true", "-p:UseAppHost=false", "-p:TreatWarningsAsErrors=false",
            ],
            [("DOTNET_NOLOGO", "true")],
            cancellationToken);
        return Path.Combine(output, "CleanWorkspace.WebApi.dll");
    }

    /// <summary>The folder of the repository that this program was built from.</summary>
    public static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CleanWorkspace.sln")))
        {
            folder = folder.Parent ?? throw new BenchmarkFailure("The benchmark must run from a folder below CleanWorkspace.sln.");
        }

        return folder.FullName;
    }
}
