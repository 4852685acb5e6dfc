using System.Globalization;
using System.Runtime.InteropServices;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>The machine on which the benchmark ran.</summary>
/// <param name="Processor">The model of the processor.</param>
/// <param name="Processors">The number of logical processors.</param>
/// <param name="Memory">GiB.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The version of .NET.</param>
/// <param name="Database">The version and settings of PostgreSQL.</param>
/// <param name="LoadBefore">The load average of one minute before the benchmark.</param>
internal sealed record Machine(
    string Processor, int Processors, double Memory, string System, string Runtime, string Database, double LoadBefore)
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
