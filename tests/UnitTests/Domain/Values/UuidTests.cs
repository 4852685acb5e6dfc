using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Values;

public sealed class UuidTests
{
    private static readonly DateTimeOffset Instant = new(2026, 11, 23, 12, 24, 27, 123, TimeSpan.Zero);

    [Fact]
    public void An_id_has_version_7_and_the_standard_variant()
    {
        var clock = new StoppedClock(Instant);
        for (var tick = 0; tick < TimeSpan.TicksPerMillisecond; tick += 7)
        {
            clock.Now = Instant.AddTicks(tick);
            var id = Uuid.CreateVersion7(clock);
            Assert.Equal(7, id.Version);
            Assert.InRange(id.Variant, 0x8, 0xB);
        }
    }

    [Fact]
    public void An_id_starts_with_its_millisecond()
    {
        var text = Uuid.CreateVersion7(new StoppedClock(Instant.AddTicks(9_999))).ToString("N");

        Assert.Equal($"{Instant.ToUnixTimeMilliseconds():x12}", text[..12]);
    }

    [Fact]
    public void Ids_ascend_within_a_millisecond()
    {
        // A millisecond has 10,000 ticks and 4096 fractions, so three ticks always change the fraction.
        var clock = new StoppedClock(Instant);
        var last = Uuid.CreateVersion7(clock);
        for (var tick = 3; tick < TimeSpan.TicksPerMillisecond; tick += 3)
        {
            clock.Now = Instant.AddTicks(tick);
            var next = Uuid.CreateVersion7(clock);
            Assert.True(string.CompareOrdinal(last.ToString(), next.ToString()) < 0, $"{last} came before {next}");
            last = next;
        }

        clock.Now = Instant.AddMilliseconds(1);
        Assert.True(last < Uuid.CreateVersion7(clock));
    }

    // Each thread draws random numbers in blocks. Here each thread needs several blocks.
    [Fact]
    public async Task Ids_of_one_instant_differ_across_threads()
    {
        var clock = new StoppedClock(Instant);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () => Enumerable.Range(0, 1_000).Select(_ => Uuid.CreateVersion7(clock)).ToList(),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(8_000, ids.SelectMany(list => list).Select(id => $"{id}"[19..]).Distinct().Count());
    }

    [Fact]
    public void FirstAt_returns_the_lowest_id_of_a_microsecond()
    {
        var clock = new StoppedClock(Instant);
        for (var micros = 1; micros < 1_000; micros++)
        {
            clock.Now = Instant.AddMicroseconds(micros);
            var first = Uuid.FirstAt(clock.Now);
            Assert.True(first <= Uuid.CreateVersion7(clock));
            Assert.Equal(first, Uuid.FirstAt(clock.Now.AddTicks(-9)));

            clock.Now = Instant.AddMicroseconds(micros - 1);
            Assert.True(first > Uuid.CreateVersion7(clock));
        }

        Assert.Equal(Uuid.FirstAt(DateTimeOffset.UnixEpoch), Uuid.FirstAt(DateTimeOffset.MinValue));
    }

    [Fact]
    public void TimeOf_returns_the_microsecond_in_which_an_id_was_created()
    {
        var clock = new StoppedClock(Instant);
        for (var tick = 0; tick < TimeSpan.TicksPerMillisecond; tick++)
        {
            clock.Now = Instant.AddTicks(tick);
            var id = Uuid.CreateVersion7(clock);

            var time = Uuid.TimeOf(id);

            Assert.True(Uuid.FirstAt(time) <= id && id < Uuid.FirstAt(time.AddMicroseconds(1)), $"{id} does not belong to {time:O}");
            Assert.InRange(time, clock.Now.AddMicroseconds(-1), clock.Now.AddMicroseconds(1));
        }
    }

    [Fact]
    public void Ids_of_one_instant_differ()
    {
        var clock = new StoppedClock(Instant);
        var ids = Enumerable.Range(0, 1_000).Select(_ => Uuid.CreateVersion7(clock)).ToHashSet();

        Assert.Equal(1_000, ids.Count);
    }

    [Theory]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("019A2B3C-4D5E-7F60-8A1B-2C3D4E5F6071")]
    public void The_standard_form_is_read_in_upper_and_lower_case(string text)
    {
        Assert.True(Uuid.TryParse(text, out var id));
        Assert.Equal(new Guid("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"), id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f6071")]
    [InlineData("{019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071}")]
    [InlineData("(019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071)")]
    [InlineData(" 019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071\n")]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f607")]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f607g")]
    [InlineData("+19a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("0x9a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("019a2b3c-+d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("019a2b3c-0x5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("０19a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    public void Text_of_another_form_is_refused(string? text)
    {
        Assert.False(Uuid.TryParse(text, out var id));
        Assert.Equal(Guid.Empty, id);
    }
}
