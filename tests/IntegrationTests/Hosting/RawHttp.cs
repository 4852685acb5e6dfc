using System.Net.Sockets;
using System.Text;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>Sends bytes that no HTTP client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends the text and returns everything that the service sends until it closes the connection.</summary>
    public static async Task<string> SendAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WithinLimitAsync();
    }

    /// <summary>Sends the beginning of a request. Its end never comes. Disposing the client breaks the request off.</summary>
    public static async Task<TcpClient> BeginAsync(Uri address, string request)
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port).WithinLimitAsync();
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        return client;
    }

    /// <summary>Returns the status of an answer.</summary>
    public static int StatusOf(string answer) => int.Parse(answer.Split(' ')[1], null);
}
