using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.UnitTests.Domain.Values;

public sealed class IdListTests
{
    private static readonly Guid First = new("00000000-0000-7000-8000-000000000001");
    private static readonly Guid Second = new("00000000-0000-7000-8000-000000000002");
    private static readonly Guid Last = new("ff000000-0000-7000-8000-000000000000");

    [Fact]
    public void Each_id_stands_once_and_they_ascend() =>
        Assert.Equal([First, Second, Last], IdList.Normalize([Last, Second, First, Second, Last]));

    [Fact]
    public void Ids_ascend_as_their_texts_do()
    {
        Guid[] ids = [.. Enumerable.Range(0, 200).Select(_ => Guid.NewGuid())];

        Assert.Equal(ids.Select(id => $"{id}").Order(StringComparer.Ordinal), IdList.Normalize(ids).Select(id => $"{id}"));
    }

    [Fact]
    public void No_ids_are_no_ids() => Assert.Empty(IdList.Normalize([]));

    [Fact]
    public void A_list_may_name_as_many_ids_as_the_contract_says() => Assert.Equal(100_000, IdList.MaxCount);
}
