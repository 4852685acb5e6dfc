using System.Diagnostics;
using System.Globalization;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>Writes the progress to the standard error.</summary>
internal sealed class Progress
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public void Write(string text) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed:mm\\:ss}  {text}"));

    /// <summary>Returns an action that writes a share of the work, from 0 to 1.</summary>
    public Action<double> Track(string text) =>
        share => Write(string.Create(CultureInfo.InvariantCulture, $"{text}: {share:0 %}"));
}
