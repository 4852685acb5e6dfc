using System.Globalization;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>
/// The rows of a seeded database of this size. The ids of the nth user and the nth group follow from n, so every program can name any
/// row.
/// </summary>
internal sealed record Workspace(int Users)
{
    /// <summary>The number of members of the small group. It does not depend on the number of users.</summary>
    public const int SmallGroupMembers = 10;

    // The creation times of users and groups are spread evenly over a year from this time on (milliseconds since 1970).
    private const long Start = 1735689600000;
    private const long Year = 31_536_000_000;

    /// <summary>The number of groups, including the big and the small group: one per hundred users.</summary>
    public int Groups => Math.Max(10, Users / 100);

    /// <summary>The number of ordinary groups. They come first. Their size does not depend on the number of users.</summary>
    public int OrdinaryGroups => Groups - 2;

    /// <summary>The number of the big group. Every tenth user is a member.</summary>
    public int BigGroup => Groups - 1;

    /// <summary>The number of the small group. The first ten users are its members.</summary>
    public int SmallGroup => Groups;

    /// <summary>The highest possible id of a seeded row. Requests of the benchmark create higher ids.</summary>
    public static Guid MaxSeededId { get; } = new("019bffff-ffff-7fff-bfff-ffffffffffff");

    /// <summary>The milliseconds between two users.</summary>
    public long UserStep => Year / Users;

    /// <summary>The milliseconds between two groups.</summary>
    public long GroupStep => Year / Groups;

    /// <summary>The id of the nth user, from 1.</summary>
    public Guid UserId(long n) => Id(n, UserStep);

    /// <summary>The id of the nth group, from 1.</summary>
    public Guid GroupId(long n) => Id(n, GroupStep);

    /// <summary>The SQL expression for the id of the nth user.</summary>
    public string UserIdSql(string n) => IdSql(n, UserStep);

    /// <summary>The SQL expression for the id of the nth group.</summary>
    public string GroupIdSql(string n) => IdSql(n, GroupStep);

    /// <summary>The SQL expression for the creation time of the nth row.</summary>
    public static string TimeSql(string n, long step) =>
        string.Create(CultureInfo.InvariantCulture, $"to_timestamp(({Start} + ({n})::bigint * {step}) / 1000.0)");

    /// <summary>The Lua function <c>id(n, step)</c>, which returns the id of the nth row.</summary>
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
