using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

internal static class Eventually
{
    /// <summary>Asks again and again until the condition holds. Fails after the limit.</summary>
    /// <param name="isSoAsync">Whether the condition holds.</param>
    /// <param name="limit"><see cref="TimeLimit.OfChange"/> by default.</param>
    /// <param name="condition">The condition as the failure names it.</param>
    public static async Task BeAsync(Func<Task<bool>> isSoAsync, TimeSpan? limit = null, string condition = "")
    {
        var watch = Stopwatch.StartNew();
        while (!await isSoAsync())
        {
            Assert.True(watch.Elapsed < (limit ?? TimeLimit.OfChange), $"The condition does not hold after {watch.Elapsed}. {condition}");
            await Task.Delay(20);
        }
    }
}
