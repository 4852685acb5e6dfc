using System.Globalization;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>
/// What a seeded workspace of a size has, so that programs that know no more than the size can name any row: the nth user and the
/// nth group have ids that follow from n.
/// </summary>
internal sealed record Workspace(int Users)
{
    /// <summary>The members of the group that is small at any size.</summary>
    public const int SmallGroupMembers = 10;

    // From this day on (milliseconds since 1970), users and groups came at even distances.
    private const long Start = 1735689600000;
    private const long Year = 31_536_000_000;

    /// <summary>The groups, the big and the small one included: one for a hundred users.</summary>
    public int Groups => Math.Max(10, Users / 100);

    /// <summary>The groups that have about as many members at any size, which come first.</summary>
    public int OrdinaryGroups => Groups - 2;

    /// <summary>The number of the group that has a tenth of the users, every tenth of them.</summary>
    public int BigGroup => Groups - 1;

    /// <summary>The number of the group of ten, the first ten users.</summary>
    public int SmallGroup => Groups;

    /// <summary>The id after which all rows are written by the benchmark.</summary>
    public static Guid LastSeeded { get; } = new("019bffff-ffff-7fff-bfff-ffffffffffff");

    public long UserStep => Year / Users;

    public long GroupStep => Year / Groups;

    /// <summary>The id of the nth user, from 1.</summary>
    public Guid UserId(long n) => Id(n, UserStep);

    /// <summary>The id of the nth group, from 1.</summary>
    public Guid GroupId(long n) => Id(n, GroupStep);

    /// <summary>The same in SQL.</summary>
    public string UserIdSql(string n) => IdSql(n, UserStep);

    /// <summary>The same in SQL.</summary>
    public string GroupIdSql(string n) => IdSql(n, GroupStep);

    /// <summary>The time of the nth row in SQL.</summary>
    public static string TimeSql(string n, long step) =>
        string.Create(CultureInfo.InvariantCulture, $"to_timestamp(({Start} + ({n})::bigint * {step}) / 1000.0)");

    /// <summary>A function <c>id(n, step)</c> in Lua.</summary>
    public static string IdLua => string.Create(CultureInfo.InvariantCulture, $$"""
        local function id(n, step)
          local time = {{Start}} + n * step
          return string.format("%08x-%04x-7000-8000-%012x", math.floor(time / 65536), time % 65536, n)
        end
        """);

    private static Guid Id(long n, long step)
    {
        var time = Start + (n * step);
        return Guid.Parse($"{time >> 16:x8}-{time & 0xffff:x4}-7000-8000-{n:x12}", CultureInfo.InvariantCulture);
    }

    private static string IdSql(string n, long step) => string.Create(
        CultureInfo.InvariantCulture,
        $"(lpad(to_hex({Start} + ({n})::bigint * {step}), 12, '0') || '70008000' || lpad(to_hex(({n})::bigint), 12, '0'))::uuid");
}
