using System.Globalization;
using System.Runtime.InteropServices;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>Where it was measured, with its memory in GiB.</summary>
internal sealed record Machine(string Processor, int Processors, double Memory, string System, string Runtime, string Database, double LoadBefore)
{
    public static Machine Describe(string database)
    {
        static string Find(string file, string name) =>
            File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "?";
        return new Machine(
            Find("/proc/cpuinfo", "model name"),
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            database,
            double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));
    }
}
