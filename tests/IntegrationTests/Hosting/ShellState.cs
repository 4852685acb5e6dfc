using System.Globalization;
using System.Runtime.InteropServices;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// Removes the state that the tests inherit from their shell and that would change what they see. Programs that tests start
/// inherit the state of this process.
/// </summary>
internal static class ShellState
{
    private const int Interrupt = 2;
    private const nint DefaultHandler = 0;

    // ASP.NET Core reads these with its prefix, with the prefix DOTNET_ and without a prefix.
    private static readonly string[] HostSettings =
        ["AllowedHosts", "ApplicationName", "ContentRoot", "Environment", "HTTP_PORTS", "HTTPS_PORT", "HTTPS_PORTS", "URLs", "WebRoot"];

    public static void Reset()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsSetting).ToList())
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        // A shell starts a background command with SIGINT ignored. A program that inherits this cannot be interrupted by a test.
        if (OperatingSystem.IsLinux() && IsInterruptIgnored())
        {
            SetHandler(Interrupt, DefaultHandler);
        }
    }

    private static bool IsSetting(string name)
    {
        const string DotNet = "DOTNET_";
        var unprefixed = name.StartsWith(DotNet, StringComparison.OrdinalIgnoreCase) ? name[DotNet.Length..] : name;
        return name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
            || name.Contains("__", StringComparison.Ordinal)
            || HostSettings.Contains(unprefixed, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsInterruptIgnored()
    {
        // A hexadecimal mask with one bit for each signal, the first signal in the lowest bit.
        const string Ignored = "SigIgn:";
        var mask = File.ReadLines("/proc/self/status").Single(line => line.StartsWith(Ignored, StringComparison.Ordinal))[Ignored.Length..];
        return (ulong.Parse(mask, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)
            & (1UL << (Interrupt - 1))) != 0;
    }

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetHandler(int signal, nint handler);
}
