using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>An HTTP server on this machine that answers byte for byte as a test says. It closes the connection after its answer.</summary>
internal sealed class RawEndpoint : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<Stream, CancellationToken, Task> _answerAsync;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<ReceivedRequest> _requests = [];
    private readonly Task _accepting;
    private int _connections;

    private RawEndpoint(
        Func<Stream, CancellationToken, Task> answerAsync, SslStreamCertificateContext? certificate, IPAddress? address)
    {
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _answerAsync = answerAsync;
        _certificate = certificate;
        if (address is { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            _listener.Server.DualMode = true;
        }

        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of connections so far.</summary>
    public int Connections => _connections;

    /// <summary>The requests so far.</summary>
    public IReadOnlyCollection<ReceivedRequest> Requests => _requests;

    /// <summary>The host names that clients asked for by TLS.</summary>
    public ConcurrentQueue<string> ServerNames { get; } = [];

    /// <summary>Starts an endpoint with one answer for all requests.</summary>
    public static RawEndpoint Start(string answer, SslStreamCertificateContext? certificate = null, IPAddress? address = null) =>
        Start((stream, end) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), end).AsTask(), certificate, address);

    /// <summary>Starts an endpoint that writes its answers itself.</summary>
    public static RawEndpoint Start(
        Func<Stream, CancellationToken, Task> answerAsync, SslStreamCertificateContext? certificate = null, IPAddress? address = null) =>
        new(answerAsync, certificate, address);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        // A stopped listener would refuse to accept, which is a failure of its own.
        await _accepting.WithinLimitAsync();
        _end.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                answers.Add(AnswerAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await OpenAsync(client.GetStream());
                if (await ReadAsync(stream) is { } request)
                {
                    _requests.Enqueue(request);
                    await _answerAsync(stream, _end.Token);
                }
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
            {
                // The client has left, or the test is over.
            }
        }
    }

    private async Task<Stream> OpenAsync(NetworkStream connection)
    {
        if (_certificate is null)
        {
            return connection;
        }

        var stream = new SslStream(connection);
        await stream.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                ServerNames.Enqueue(hello.ServerName);
                return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate });
            },
            null,
            _end.Token);
        return stream;
    }

    private async Task<ReceivedRequest?> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(next, _end.Token) == 0)
            {
                return null;
            }

            head.Append((char)next[0]);
        }

        var lines = head.ToString().TrimEnd().Split("\r\n");
        var headers = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(
            header => header[0], header => header[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), null)];
        await stream.ReadExactlyAsync(body, _end.Token);
        return new ReceivedRequest(lines[0], headers, body);
    }

    /// <summary>A request as it arrived.</summary>
    public sealed record ReceivedRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        /// <summary>Fails unless the library of Standard Webhooks accepts the signature for this message, and for no other one.</summary>
        public void MustVerify(string signature, string secret)
        {
            var headers = new HeaderDictionary
            {
                ["webhook-id"] = Headers["webhook-id"],
                ["webhook-timestamp"] = Headers["webhook-timestamp"],
                ["webhook-signature"] = signature,
            };
            new StandardWebhook(secret).Verify(Encoding.UTF8.GetString(Body), headers);
            Assert.Throws<WebhookVerificationException>(() => new StandardWebhook(secret).Verify("{\"forged\":true}", headers));
        }
    }
}
