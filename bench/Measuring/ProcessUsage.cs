using System.Globalization;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The processor time and memory of processes on this machine (proc(5)).</summary>
internal static class ProcessUsage
{
    // USER_HZ. It is the same on every architecture that .NET supports.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat, counted from the field after the name.
    private const int Parent = 1;
    private const int OwnTime = 11;
    private const int EndedChildrenTime = 13;

    /// <summary>The processor time of a process in seconds.</summary>
    public static double SecondsOf(int process) => Read(process) is { } fields ? Sum(fields, OwnTime) : 0;

    /// <summary>The processor time of a process and all its children, including ended ones, in seconds.</summary>
    public static double SecondsWithChildrenOf(int process)
    {
        var total = Read(process) is { } fields ? Sum(fields, OwnTime) + Sum(fields, EndedChildrenTime) : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is { } child && child[Parent] == $"{process}")
            {
                total += Sum(child, OwnTime);
            }
        }

        return total;
    }

    /// <summary>The parent of the process, or null if no process on this machine has this id and name.</summary>
    public static int? FindParent(int process, string name) =>
        File.Exists($"/proc/{process}/comm") && File.ReadAllText($"/proc/{process}/comm").Trim() == name && Read(process) is { } fields
            ? int.Parse(fields[Parent], CultureInfo.InvariantCulture)
            : null;

    /// <summary>The current and the maximum memory of a process in MiB.</summary>
    public static (double Now, double Peak) MemoryOf(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/status");
        double Find(string name) => double.Parse(
            lines.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture) / 1024;
        return (Find("VmRSS:"), Find("VmHWM:"));
    }

    private static double Sum(string[] fields, int first) =>
        fields[first..(first + 2)].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;

    private static string[]? Read(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            // The name may contain spaces and brackets.
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
