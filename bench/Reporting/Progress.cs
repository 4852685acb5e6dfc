using System.Diagnostics;
using System.Globalization;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>Tells who waits what is going on, beside the results.</summary>
internal sealed class Progress
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public void Say(string what) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed:mm\\:ss}  {what}"));

    /// <summary>Says how far something is, from 0 to 1.</summary>
    public Action<double> Follow(string what) => done => Say(string.Create(CultureInfo.InvariantCulture, $"{what}: {done:0 %}"));
}
