using System.Net;
using CleanWorkspace.Infrastructure.Webhooks;

namespace CleanWorkspace.UnitTests.Infrastructure;

public sealed class NetworkGuardTests
{
    private static readonly string[] Metadata =
    [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192", "169.254.0.23",
        "169.254.42.42",
    ];

    private readonly NetworkGuard _guard = new([]);

    /// <summary>
    /// A network that is not public, its first and last address, and the public addresses before and after it, if there are any.
    /// </summary>
    public static TheoryData<string, string, string, string?, string?> SpecialNetworks => new()
    {
        { "0.0.0.0/8", "0.0.0.0", "0.255.255.255", null, "1.0.0.0" },
        { "10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0" },
        { "100.64.0.0/10", "100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0" },
        { "127.0.0.0/8", "127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0" },
        { "169.254.0.0/16", "169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0" },
        { "172.16.0.0/12", "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0" },
        { "192.0.0.0/24", "192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0" },
        { "192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0" },
        { "192.88.99.0/24", "192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0" },
        { "192.168.0.0/16", "192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0" },
        { "198.18.0.0/15", "198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0" },
        { "198.51.100.0/24", "198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0" },
        { "203.0.113.0/24", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0" },
        { "224.0.0.0/4", "224.0.0.0", "239.255.255.255", "223.255.255.255", null },
        { "240.0.0.0/4", "240.0.0.0", "255.255.255.255", null, null },
        { "::/128", "::", "::", null, null },
        { "::1/128", "::1", "::1", null, null },
        { "::/96", "::2", "::ffff:ffff", null, null },
        { "100::/64", "100::", "100::ffff:ffff:ffff:ffff", null, null },
        { "2001:1::/32", "2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
        { "2001::/23", "2001:2::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::" },
        {
            "2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::"
        },
        { "3fff::/20", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::" },
        { "5f00::/16", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
        { "fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
        { "fe80::/10", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
        { "fec0::/10", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
        { "ff00::/8", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
        // Everything outside of 2000::/3.
        { "::/3", "0:0:0:1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, "2000::" },
        { "4000::/2", "4000::", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null },
        { "8000::/1", "8000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, null },
    };

    public static TheoryData<string> MetadataForms =>
    [
        .. Metadata,
        .. Metadata.SelectMany(address => new[] { $"::ffff:{address}", $"::{address}", $"64:ff9b::{address}", $"64:ff9b:1::{address}" }),
        .. Metadata.Select(address => $"fe80::5efe:{address}"),
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42", "fd00:a9fe:a9fe::1", "fe80::a9fe:a9fe", "fe80::a9fe:a9fe%1",
        // 169.254.169.254 by 6to4, by Teredo and by NAT64 with a local prefix.
        "2002:a9fe:a9fe::", "2002:a9fe:a9fe::1", "2001::5601:5601", "64:ff9b:1:a9fe:a9:fe00::",
    ];

    [Theory]
    [MemberData(nameof(SpecialNetworks))]
    public void A_special_network_is_refused_from_its_first_to_its_last_address(
        string network, string first, string last, string? before, string? after)
    {
        Assert.All([first, last], MustRefuse);
        Assert.All([before, after], address => Assert.Null(address is null ? null : _guard.Check(IPAddress.Parse(address))));

        var lenient = new NetworkGuard([IPNetwork.Parse(network)]);
        Assert.All([first, last], address => Assert.Null(lenient.Check(IPAddress.Parse(address))));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    public void A_public_address_is_allowed(string address) => Assert.Null(_guard.Check(IPAddress.Parse(address)));

    [Fact]
    public void An_IPv4_address_in_IPv6_is_allowed_if_its_network_is()
    {
        var lenient = new NetworkGuard([IPNetwork.Parse("10.0.0.0/8")]);
        Assert.All(["::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"], MustRefuse);
        Assert.Null(lenient.Check(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.Null(lenient.Check(IPAddress.Parse("64:ff9b::10.1.2.3")));
        Assert.NotNull(lenient.Check(IPAddress.Parse("::ffff:127.0.0.1")));
        Assert.NotNull(lenient.Check(IPAddress.Parse("64:ff9b::127.0.0.1")));
        // It is not an IPv4-mapped address.
        Assert.NotNull(lenient.Check(IPAddress.Parse("::10.1.2.3")));
    }

    [Theory]
    [MemberData(nameof(MetadataForms))]
    public void A_metadata_service_is_never_allowed(string address)
    {
        var lenient = new NetworkGuard([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);

        Assert.StartsWith("Webhooks never connect to ", lenient.Check(IPAddress.Parse(address)), StringComparison.Ordinal);
        Assert.Null(lenient.Check(IPAddress.Parse("169.254.169.253")));
        Assert.Null(lenient.Check(IPAddress.Parse("fe80::1")));
    }

    [Theory]
    [InlineData("2002::")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2001::")]
    [InlineData("2001:0:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("64:ff9b:1::")]
    [InlineData("64:ff9b:1:ffff:ffff:ffff:ffff:ffff")]
    public void The_gateways_of_IPv4_addresses_are_never_allowed(string address)
    {
        var lenient = new NetworkGuard([IPNetwork.Parse("::/0")]);

        Assert.StartsWith("Webhooks never connect to ", lenient.Check(IPAddress.Parse(address)), StringComparison.Ordinal);
    }

    private void MustRefuse(string address) =>
        Assert.EndsWith("Webhooks__AllowedNetworks.", _guard.Check(IPAddress.Parse(address)), StringComparison.Ordinal);
}
