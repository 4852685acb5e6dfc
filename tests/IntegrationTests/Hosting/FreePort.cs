using System.Net;
using System.Net.Sockets;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>Finds a port for a program that cannot choose one itself.</summary>
internal static class FreePort
{
    // The system gives ports from 32768 on to others at any time.
    private const int First = 20_000;
    private const int End = 32_000;

    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody has the port.
            }
        }
    }
}
