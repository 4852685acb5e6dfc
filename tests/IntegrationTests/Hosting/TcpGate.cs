using System.Net;
using System.Net.Sockets;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A way to a server that can be shut: to whoever came through it the server is then gone.</summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _shut = new();
    private readonly Task _open;

    public TcpGate(string host, int port)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _open = AcceptAsync(host, port);
    }

    public int Port { get; }

    /// <summary>Ends every connection, and refuses all that follow.</summary>
    public async Task ShutAsync()
    {
        await _shut.CancelAsync();
        _listener.Stop();
        await _open;
    }

    public async ValueTask DisposeAsync()
    {
        await ShutAsync();
        _shut.Dispose();
    }

    private async Task AcceptAsync(string host, int port)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_shut.Token), host, port));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(TcpClient client, string host, int port)
    {
        using (client)
        {
            using var server = new TcpClient();
            try
            {
                await server.ConnectAsync(host, port, _shut.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _shut.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), _shut.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // Either side has gone, and the other follows as this method ends.
            }
        }
    }
}
