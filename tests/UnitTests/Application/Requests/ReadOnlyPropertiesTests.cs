using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Application.Requests;

public sealed class ReadOnlyPropertiesTests
{
    private const string Created = "2026-11-23T12:24:27.123456Z";
    private const string Between = "2026-11-23T13:00:00.000000Z";
    private const string Updated = "2026-11-23T14:24:27.654321Z";

    private static readonly Guid Id = new("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071");

    private static readonly StoredProperties Stored = new(Time(Created), Time(Updated), "<ada@example.org>", false, Time(Between));

    [Fact]
    public void Absent_properties_are_not_compared() => Assert.Empty(Compare());

    [Fact]
    public void An_unchanged_resource_is_accepted() =>
        Assert.Empty(Compare($"{Id}", "<ada@example.org>", Created, Updated));

    [Theory]
    [InlineData("019A2B3C-4D5E-7F60-8A1B-2C3D4E5F6071", true)]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6072", false)]
    [InlineData("no id", false)]
    [InlineData(null, false)]
    public void The_id_must_be_the_one_in_the_path(string? id, bool isAccepted) =>
        AssertFault("/id", isAccepted, Compare(id: new Optional<string?>(id)));

    [Theory]
    [InlineData("<ada@example.org>", null)]
    [InlineData("<ADA@example.org>", "invalid_email")]
    [InlineData("", "required")]
    [InlineData(null, "required")]
    public void An_address_that_breaks_the_rule_must_be_the_stored_one(string? email, string? code) =>
        AssertFault("/email", code is null, Compare(email: new Optional<string?>(email)), code);

    [Fact]
    public void Without_a_stored_resource_only_the_address_is_checked()
    {
        var sent = new ReadOnlyProperties(Id, "no id", "no time", "no time", "no address", true, "no time");

        var fault = Assert.Single(sent.Compare(null));

        Assert.Equal("/email: invalid_email", $"{fault.Pointer}: {fault.Code}");
    }

    [Theory]
    [InlineData(Created, true)]
    [InlineData(Between, true)]
    [InlineData(null, true)]
    [InlineData(Updated, false)]
    [InlineData("never", false)]
    public void The_time_of_the_last_use_may_be_null_or_earlier_than_the_stored_one(string? used, bool isAccepted) =>
        AssertFault("/last_used_at", isAccepted, Compare(used: new Optional<string?>(used)));

    [Fact]
    public void A_null_address_is_accepted_if_the_resource_has_none() =>
        Assert.Empty(
            new ReadOnlyProperties(Id, default, default, default, new Optional<string?>(null), false, default)
                .Compare(Stored with { Email = null }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_null_name_is_accepted_only_if_the_resource_has_none(bool isNameless)
    {
        var sent = new ReadOnlyProperties(Id, default, default, default, default, true, default);

        var faults = sent.Compare(Stored with { IsNameless = isNameless });

        Assert.Equal(isNameless ? [] : ["/name: required"], faults.Select(fault => $"{fault.Pointer}: {fault.Code}"));
    }

    [Theory]
    [InlineData(Created, true)]
    [InlineData("2026-11-23T13:24:27.123456+01:00", true)]
    [InlineData("2026-11-23T12:24:27.123457Z", false)]
    [InlineData("yesterday", false)]
    [InlineData(null, false)]
    public void The_time_of_creation_must_be_the_stored_one(string? created, bool isAccepted) =>
        AssertFault("/created_at", isAccepted, Compare(created: new Optional<string?>(created)));

    [Theory]
    [InlineData(Created, true)]
    [InlineData(Between, true)]
    [InlineData(Updated, true)]
    [InlineData("2026-11-23T12:24:27.123455Z", false)]
    [InlineData("2026-11-23T14:24:27.654322Z", false)]
    [InlineData("yesterday", false)]
    [InlineData(null, false)]
    public void The_time_of_the_last_change_may_lie_between_creation_and_the_stored_one(string? updated, bool isAccepted) =>
        AssertFault("/updated_at", isAccepted, Compare(updated: new Optional<string?>(updated)));

    [Fact]
    public void Every_difference_is_reported_at_once()
    {
        var faults = Compare("1", "2", "3", "4");

        Assert.Equal(["/email", "/id", "/created_at", "/updated_at"], faults.Select(fault => fault.Pointer));
    }

    private static RequestFault[] Compare(
        Optional<string?> id = default,
        Optional<string?> email = default,
        Optional<string?> created = default,
        Optional<string?> updated = default,
        Optional<string?> used = default) =>
        [.. new ReadOnlyProperties(Id, id, created, updated, email, false, used).Compare(Stored)];

    private static void AssertFault(string pointer, bool isAccepted, RequestFault[] faults, string? code = "read_only")
    {
        if (isAccepted)
        {
            Assert.Empty(faults);
            return;
        }

        var fault = Assert.Single(faults);
        Assert.Equal(code, fault.Code);
        Assert.Equal(pointer, fault.Pointer);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, provider: null);
}
