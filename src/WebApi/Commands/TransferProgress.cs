using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// Shows on the standard error how far an import or export is: a bar in a terminal, and elsewhere a line at each stage and every few seconds.
/// </summary>
/// <param name="firstStage">What is done first.</param>
/// <param name="shareOfFirst">How much of that is done, which is null where nobody knows how much there is.</param>
internal sealed class TransferProgress(string firstStage, Func<double?> shareOfFirst) : IAsyncDisposable
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private State _state = new(firstStage, 0, null, TimeProvider.System.GetTimestamp());
    private Task _shown = Task.CompletedTask;

    public void Start() => _shown = Terminal.CanRedraw ? DrawAsync() : WriteAsync();

    /// <summary>Notes how far it is.</summary>
    public void Note(string stage, long rows, long? total)
    {
        lock (_lock)
        {
            _state = new State(stage, rows, total, stage == _state.Stage ? _state.Since : TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>Leaves the terminal to others.</summary>
    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _shown;
    }

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
            while (!await IsEndWithinAsync(BarInterval));
        });

    private async Task WriteAsync()
    {
        var said = default(string);
        var saidAt = TimeProvider.System.GetTimestamp();
        while (!await IsEndWithinAsync(BarInterval))
        {
            if (said != Read().Stage || TimeProvider.System.GetElapsedTime(saidAt) >= LineInterval)
            {
                said = Read().Stage;
                saidAt = TimeProvider.System.GetTimestamp();
                await Console.Error.WriteLineAsync(Describe().Text);
            }
        }
    }

    private async Task<bool> IsEndWithinAsync(TimeSpan time) => await Task.WhenAny(_end.Task, Task.Delay(time)) == _end.Task;

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
        var share = state.Total is > 0 ? (double)state.Rows / state.Total : state.Stage == firstStage ? shareOfFirst() : null;
        var text = state.Rows == 0
            ? state.Stage
            : string.Create(CultureInfo.InvariantCulture, $"{state.Stage,-9} {state.Rows,11:N0} rows {state.Rows / Math.Max(seconds, 0.1),9:N0}/s");
        return share is > 0 and <= 1 && state.Rows > 0
            ? (string.Create(CultureInfo.InvariantCulture, $@"{text} {TimeSpan.FromSeconds(Math.Min(seconds * (1 - share.Value) / share.Value, 359_999)):h\:mm\:ss} left"), share)
            : (text, share);
    }

    private sealed record State(string Stage, long Rows, long? Total, long Since);

    // The library's own says 0% of what has no end that is known.
    private sealed class ShareColumn : ProgressColumn
    {
        private readonly PercentageColumn _percentage = new();

        public override int? GetColumnWidth(RenderOptions options) => _percentage.GetColumnWidth(options);

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            task.IsIndeterminate ? Text.Empty : _percentage.Render(options, task, deltaTime);
    }
}
