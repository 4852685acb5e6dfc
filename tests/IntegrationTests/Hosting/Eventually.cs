using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Waits for what comes about a little later; fails where it does not.</summary>
    public static async Task BeAsync(Func<Task<bool>> isSoAsync, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSoAsync())
        {
            Assert.True(watch.Elapsed < (patience ?? Patience), "It did not come about.");
            await Task.Delay(50);
        }
    }
}
