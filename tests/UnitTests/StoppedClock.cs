namespace CleanWorkspace.UnitTests;

/// <summary>A clock that changes only when a test sets it.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
