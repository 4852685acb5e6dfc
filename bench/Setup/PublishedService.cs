using System.Runtime.InteropServices;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>The service, published as in the container image: Release, compiled ahead of time.</summary>
internal static class PublishedService
{
    /// <summary>Publishes the service below the folder of the benchmark. Returns the path of the program.</summary>
    public static async Task<string> PublishAsync(string repository, CancellationToken cancellationToken)
    {
        // A folder of its own, so that publishing does not disturb the ordinary build. It stays, so the next run compiles only changes.
        var artifacts = Path.Combine(repository, "bench", "obj", "service");
        var output = Path.Combine(artifacts, "app");
        await ProgramRun.RunAsync(
            "dotnet",
            [
                "publish", Path.Combine(repository, "src", "WebApi"), "--configuration", "Release",
                "--artifacts-path", artifacts, "--output", output,
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
