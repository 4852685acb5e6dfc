using System.Net;
using System.Net.Sockets;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <summary>
/// Decides which addresses webhooks may connect to: public ones, and those in networks that the operator allows. A caller of the API
/// chooses the endpoint of a webhook. It must not become a way into the network of the service.
/// </summary>
/// <param name="allowed">The networks that are allowed although they are not public.</param>
internal sealed class NetworkGuard(IReadOnlyList<IPNetwork> allowed)
{
    private const int IPv4Length = 4;

    // Services that give secrets to every program on a machine of AWS, Azure, Google, Alibaba, Oracle, Tencent, Scaleway or Linode.
    // OpenStack's fe80::a9fe:a9fe ends with 169.254.169.254.
    private static readonly IPNetwork[] Metadata = Parse(
        "169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "fd00:ec2::254/128", "fd00:ec2::23/128", "168.63.129.16/32",
        "fd20:ce::254/128", "100.100.100.200/32", "192.0.0.192/32", "169.254.0.23/32", "169.254.42.42/32", "fd00:42::42/128",
        "fd00:a9fe:a9fe::1/128");

    // An address in these networks has an IPv4 address inside, to which a gateway connects: NAT64 with a local prefix, Teredo and 6to4.
    private static readonly IPNetwork[] Gateways = Parse("64:ff9b:1::/48", "2001::/32", "2002::/16");

    // NAT64 with the common prefix can be the only way to an endpoint.
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    // All other IPv6 addresses are local, special or not assigned.
    private static readonly IPNetwork PublicIPv6 = IPNetwork.Parse("2000::/3");

    // The special-purpose networks of IANA's registries that are not public.
    private static readonly IPNetwork[] Special = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "3fff::/20");

    /// <summary>Returns why webhooks may not connect to the address, for people. Returns null if they may.</summary>
    public string? Check(IPAddress address)
    {
        // Every notation of an IPv4 address in IPv6, except those of the gateways, has it at the end.
        var last = new IPAddress(address.GetAddressBytes()[^IPv4Length..]);
        if (IsIn(Metadata, address) || IsIn(Metadata, last) || IsIn(Gateways, address))
        {
            return $"Webhooks never connect to {address}: it leads to a metadata service or a gateway.";
        }

        var destination = address.IsIPv4MappedToIPv6 || Nat64.Contains(address) ? last : address;
        return IsPublic(destination) || IsIn(allowed, destination)
            ? null
            : $"Webhooks may not connect to {address}, because it is not a public address. "
                + "An operator can allow its network by the setting Webhooks__AllowedNetworks.";
    }

    private static bool IsPublic(IPAddress address) =>
        !IsIn(Special, address) && (address.AddressFamily == AddressFamily.InterNetwork || PublicIPv6.Contains(address));

    private static bool IsIn(IEnumerable<IPNetwork> networks, IPAddress address) => networks.Any(network => network.Contains(address));

    private static IPNetwork[] Parse(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
