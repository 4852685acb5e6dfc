using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CleanWorkspace.Application.Webhooks;
using CleanWorkspace.Infrastructure.Webhooks;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Webhooks;

/// <summary>Messages over TLS. The sender trusts a root certificate of these tests.</summary>
public sealed class WebhookTlsTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private const string Host = "hooks.example";

    private static readonly X509Certificate2 Root = Certify("CN=Root", null, isIssuer: true);
    private static readonly X509Certificate2 Intermediate = Certify("CN=Intermediate", Root, isIssuer: true);

    private readonly WebhookSender _sender = new(
        new WebhookSettings([IPNetwork.Parse("127.0.0.0/8")], IsHttpAllowed: false), TimeProvider.System)
    {
        Limit = TimeLimit.OfWait,
        ResolveAsync = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
    };

    public WebhookTlsTests()
    {
        _sender.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        _sender.ChainPolicy.CustomTrustStore.Add(Root);
    }

    public void Dispose() => _sender.Dispose();

    [Fact]
    public async Task The_endpoint_is_asked_by_its_name_and_its_certificate_is_checked()
    {
        await using var endpoint = RawEndpoint.Start(Ok, Present(Certify($"CN={Host}", Root)));

        // The second message has a new connection, because the endpoint closes the first one.
        Assert.True((await AttemptAsync(endpoint.Port)).IsSuccess);
        Assert.True((await AttemptAsync(endpoint.Port)).IsSuccess);

        Assert.Equal([Host, Host], endpoint.ServerNames);
        Assert.Equal(2, endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_refused()
    {
        await using var endpoint = RawEndpoint.Start(Ok, Present(Certify($"CN={Host}", null)));

        await MustRefuseAsync(endpoint, "UntrustedRoot");
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        await using var endpoint = RawEndpoint.Start(Ok, Present(Certify("CN=other.example", Root)));

        await MustRefuseAsync(endpoint, "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task A_certificate_cannot_make_the_service_download_its_issuer()
    {
        await using var inside = RawEndpoint.Start("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        // The endpoint does not send the intermediate certificate, but says where it is.
        var leaf = Certify($"CN={Host}", Intermediate, issuerAt: $"http://127.0.0.1:{inside.Port}/issuer.cer");
        await using var endpoint = RawEndpoint.Start(Ok, Present(leaf));

        await MustRefuseAsync(endpoint, "PartialChain");

        Assert.Equal(0, inside.Connections);
    }

    [Fact]
    public async Task A_server_without_TLS_is_explained()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var attempt = AttemptAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync();

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Ok));

        Assert.StartsWith("Cannot connect to hooks.example by TLS: ", (await attempt).Error, StringComparison.Ordinal);
    }

    private static SslStreamCertificateContext Present(X509Certificate2 certificate) =>
        SslStreamCertificateContext.Create(certificate, null, offline: true);

    private static X509Certificate2 Certify(string name, X509Certificate2? issuer, bool isIssuer = false, string? issuerAt = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isIssuer, false, 0, true));
        if (!isIssuer)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name["CN=".Length..]);
            request.CertificateExtensions.Add(names.Build());
        }

        if (issuerAt is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuerAt]));
        }

        var (start, end) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        if (issuer is null)
        {
            return request.CreateSelfSigned(start, end);
        }

        using var signed = request.Create(issuer, start, issuer.NotAfter, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    private async Task MustRefuseAsync(RawEndpoint endpoint, string reason)
    {
        var attempt = await AttemptAsync(endpoint.Port);

        Assert.Null(attempt.Status);
        Assert.StartsWith("Cannot connect to hooks.example by TLS: ", attempt.Error, StringComparison.Ordinal);
        Assert.Contains(reason, attempt.Error, StringComparison.Ordinal);
        Assert.Empty(endpoint.Requests);
    }

    private Task<WebhookAttempt> AttemptAsync(int port) => _sender.SendAsync(
        new WebhookMessage(new Uri($"https://{Host}:{port}/"), "1", ["whsec_AAAA"], "{}"u8.ToArray()), CancellationToken.None)
        .WithinLimitAsync();
}
