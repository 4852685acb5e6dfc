namespace CleanWorkspace.UnitTests;

/// <summary>A clock that stands still until it is told to go on.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
