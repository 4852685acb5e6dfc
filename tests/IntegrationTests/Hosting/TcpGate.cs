using System.Net;
using System.Net.Sockets;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// A way to a server that can be shut, and opened again: to whoever came through it the server is gone meanwhile. It can also be
/// blocked: connections stay open and new ones are taken, but nothing comes through.
/// </summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private CancellationTokenSource _shut = new();
    private (string Host, int Port) _server;
    private Task _open;
    private volatile TaskCompletionSource _free = Free();

    public TcpGate(string host, int port)
    {
        _server = (host, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _open = AcceptAsync(_listener, _shut.Token);
    }

    public int Port { get; }

    /// <summary>Ends every connection, and refuses all that follow.</summary>
    public async Task ShutAsync()
    {
        await _shut.CancelAsync();
        _listener.Stop();
        await _open;
    }

    /// <summary>Leads to the server again, wherever it is now.</summary>
    public void Open(string host, int port)
    {
        _server = (host, port);
        _shut.Dispose();
        _shut = new CancellationTokenSource();
        _listener.Dispose();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _open = AcceptAsync(_listener, _shut.Token);
    }

    /// <summary>Lets nothing through from now on.</summary>
    public void Block() => _free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets everything through again; what was held up meanwhile too, or else the connections that it came by stay dead.</summary>
    public void Unblock(bool deliver)
    {
        var blocked = _free;
        _free = Free();
        if (deliver)
        {
            blocked.SetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ShutAsync();
        _shut.Dispose();
        _listener.Dispose();
    }

    private static TaskCompletionSource Free()
    {
        var free = new TaskCompletionSource();
        free.SetResult();
        return free;
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken shut)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await listener.AcceptTcpClientAsync(shut), shut));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(TcpClient client, CancellationToken shut)
    {
        using (client)
        {
            using var server = new TcpClient();
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, shut);
                await await Task.WhenAny(
                    CopyAsync(client.GetStream(), server.GetStream(), shut), CopyAsync(server.GetStream(), client.GetStream(), shut));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // Either side has gone, and the other follows as this method ends.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken shut)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, shut) is var count and > 0)
        {
            await _free.Task.WaitAsync(shut);
            await to.WriteAsync(buffer.AsMemory(0, count), shut);
        }
    }
}
