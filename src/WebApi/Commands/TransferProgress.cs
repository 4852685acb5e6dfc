using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Shows the progress of an import or export on the standard error.</summary>
/// <remarks>In a terminal it draws a bar. Otherwise it writes a line at the start of each stage, and then every few seconds.</remarks>
/// <param name="firstStage">The name of the first stage.</param>
/// <param name="getFirstStageShare">Returns the finished part of the first stage, from 0 to 1; null if its size is unknown.</param>
internal sealed class TransferProgress(string firstStage, Func<double?> getFirstStageShare) : IAsyncDisposable
{
    private const double MaxSecondsLeft = 359_999;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private State _state = new(firstStage, 0, null, TimeProvider.System.GetTimestamp());
    private Task _shown = Task.CompletedTask;

    public void Start() => _shown = Terminal.CanRedraw ? DrawAsync() : WriteAsync();

    /// <summary>Sets the progress.</summary>
    /// <param name="stage">The name of the stage.</param>
    /// <param name="rows">The number of finished rows.</param>
    /// <param name="total">The number of all rows; null if it is unknown.</param>
    public void Set(string stage, long rows, long? total)
    {
        lock (_lock)
        {
            _state = new State(stage, rows, total, stage == _state.Stage ? _state.Since : TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>Ends the display, so that other output can follow.</summary>
    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _shown;
    }

    /// <summary>Returns the hours, minutes and seconds. The hours include whole days, such as 25:00:00.</summary>
    internal static string ToText(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $@"{(int)time.TotalHours}:{time:mm\:ss}");

    private Task DrawAsync() => Terminal.Error.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ShareColumn())
        .StartAsync(async context =>
        {
            var bar = context.AddTask(Describe().Text);
            do
            {
                var (text, share) = Describe();
                bar.Description = text.EscapeMarkup();
                bar.IsIndeterminate = share is null;
                bar.Value = (share ?? 0) * bar.MaxValue;
            }
            while (!await WaitForEndAsync(BarInterval));
        });

    private async Task WriteAsync()
    {
        var lastStage = default(string);
        var lastTime = TimeProvider.System.GetTimestamp();
        while (!await WaitForEndAsync(BarInterval))
        {
            if (lastStage != Read().Stage || TimeProvider.System.GetElapsedTime(lastTime) >= LineInterval)
            {
                lastStage = Read().Stage;
                lastTime = TimeProvider.System.GetTimestamp();
                await Console.Error.WriteLineAsync(Describe().Text);
            }
        }
    }

    private async Task<bool> WaitForEndAsync(TimeSpan time) => await Task.WhenAny(_end.Task, Task.Delay(time)) == _end.Task;

    private State Read()
    {
        lock (_lock)
        {
            return _state;
        }
    }

    private (string Text, double? Share) Describe()
    {
        var state = Read();
        var seconds = TimeProvider.System.GetElapsedTime(state.Since).TotalSeconds;
        var share = state.Total is > 0 ? (double)state.Rows / state.Total : state.Stage == firstStage ? getFirstStageShare() : null;
        if (state.Rows == 0)
        {
            return (state.Stage, share);
        }

        var speed = state.Rows / Math.Max(seconds, 0.1);
        var text = string.Create(CultureInfo.InvariantCulture, $"{state.Stage,-9} {state.Rows,11:N0} rows {speed,9:N0}/s");
        if (share is not (> 0 and <= 1))
        {
            return (text, share);
        }

        var left = TimeSpan.FromSeconds(Math.Min(seconds * (1 - share.Value) / share.Value, MaxSecondsLeft));
        return ($"{text} {ToText(left)} left", share);
    }

    private sealed record State(string Stage, long Rows, long? Total, long Since);

    // The library's own column shows 0 % if the total is unknown.
    private sealed class ShareColumn : ProgressColumn
    {
        private readonly PercentageColumn _percentage = new();

        public override int? GetColumnWidth(RenderOptions options) => _percentage.GetColumnWidth(options);

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            task.IsIndeterminate ? Text.Empty : _percentage.Render(options, task, deltaTime);
    }
}
