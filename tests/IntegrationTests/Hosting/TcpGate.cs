using System.Net;
using System.Net.Sockets;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// A proxy in front of a server. While it is shut, its clients find no server. While it is blocked, connections stay open and new
/// ones are accepted, but no data passes.
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

    /// <summary>Closes every connection and refuses new ones.</summary>
    public async Task ShutAsync()
    {
        await _shut.CancelAsync();
        _listener.Stop();
        await _open.WithinLimitAsync();
    }

    /// <summary>Leads to the server again, at its present address.</summary>
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

    /// <summary>Holds back all data from now on.</summary>
    public void Block() => _free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets data pass again.</summary>
    /// <param name="deliver">Whether the held data passes too. If not, its connections stay dead.</param>
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
        catch (Exception exception) when (
            shut.IsCancellationRequested && exception is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The listener may have stopped before the next call of AcceptTcpClientAsync.
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
                // One side has closed its connection. The end of this method closes the other one.
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
