namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>Why nothing can be measured, or why what was measured must not be believed. The message says what to do.</summary>
internal sealed class BenchmarkFailure(string message) : Exception(message);
