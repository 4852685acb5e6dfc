namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The real time, and what a test adds to it in place of waiting.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _shift;

    public void Advance(TimeSpan time) => _shift += time;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(_shift.TotalSeconds * TimestampFrequency);
}
