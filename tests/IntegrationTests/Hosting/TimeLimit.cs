using System.Globalization;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The time limits of all waits. A service that hangs fails its test and does not hold up the run.</summary>
internal static class TimeLimit
{
    /// <summary>The limit of one wait: many times what any wait takes on a busy machine.</summary>
    public static readonly TimeSpan OfWait = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The limit of a change that follows at once. It is shorter than 30 seconds, the default limit of statements and of a stop:
    /// a change that waits for one of these comes too late.
    /// </summary>
    public static readonly TimeSpan OfChange = TimeSpan.FromSeconds(20);

    /// <summary>The limit of one test without its fixture. The variable <c>TEST_MINUTES</c> raises it for a long run.</summary>
    public static readonly TimeSpan OfTest = TimeSpan.FromMinutes(
        int.Parse(Environment.GetEnvironmentVariable("TEST_MINUTES") ?? "5", CultureInfo.InvariantCulture));

    /// <summary>Waits for the task. Fails after <see cref="OfWait"/>.</summary>
    public static Task WithinLimitAsync(this Task task) => task.WaitAsync(OfWait);

    /// <summary>Waits for the task and returns its result. Fails after <see cref="OfWait"/>.</summary>
    public static Task<T> WithinLimitAsync<T>(this Task<T> task) => task.WaitAsync(OfWait);
}
