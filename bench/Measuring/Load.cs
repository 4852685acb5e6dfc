namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The result of one run of wrk.</summary>
/// <param name="Rate">Requests per second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="ProgramMicros">The processor time of the service or the floor per request.</param>
/// <param name="DatabaseMicros">The processor time of PostgreSQL per request, or null if it runs on another machine.</param>
internal sealed record Load(double Rate, double P50, double P99, double ProgramMicros, double? DatabaseMicros);
