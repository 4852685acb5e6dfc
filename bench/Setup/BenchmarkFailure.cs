namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>Measuring is impossible, or the results would be wrong. The message says why.</summary>
internal sealed class BenchmarkFailure(string message) : Exception(message);
