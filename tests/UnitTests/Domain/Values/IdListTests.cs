using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Values;

public sealed class IdListTests
{
    private static readonly Guid First = new("00000000-0000-7000-8000-000000000001");
    private static readonly Guid Second = new("00000000-0000-7000-8000-000000000002");
    private static readonly Guid Last = new("ff000000-0000-7000-8000-000000000000");

    [Fact]
    public void Normalize_sorts_ids_and_removes_repeated_ones() =>
        Assert.Equal([First, Second, Last], IdList.Normalize([Last, Second, First, Second, Last]));

    [Fact]
    public void Ids_are_sorted_like_their_texts()
    {
        Guid[] ids = [.. Enumerable.Range(0, 200).Select(_ => Guid.NewGuid())];

        Assert.Equal(ids.Select(id => $"{id}").Order(StringComparer.Ordinal), IdList.Normalize(ids).Select(id => $"{id}"));
    }

    [Fact]
    public void An_empty_list_stays_empty() => Assert.Empty(IdList.Normalize([]));

    [Fact]
    public void The_limit_of_a_list_is_that_of_the_contract() => Assert.Equal(100_000, IdList.MaxCount);
}
