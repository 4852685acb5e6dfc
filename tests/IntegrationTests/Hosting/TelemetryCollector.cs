using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A collector of OpenTelemetry on this machine. It keeps what arrives as it is: texts stand in it in UTF-8.</summary>
internal sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _messages = new();
    private readonly WebApplication _app;

    private TelemetryCollector()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _messages.Enqueue(body.ToArray());
        });
    }

    /// <summary>The address.</summary>
    public string Url => _app.Urls.Single();

    public static async Task<TelemetryCollector> StartAsync()
    {
        var collector = new TelemetryCollector();
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Tells whether a message has this text.</summary>
    public bool Has(string text) => Has(Encoding.UTF8.GetBytes(text));

    /// <summary>Tells whether a message has these bytes.</summary>
    public bool Has(byte[] bytes) => _messages.Any(message => message.AsSpan().IndexOf(bytes) >= 0);

    /// <summary>Waits for the span of the request that has this span as its parent. The spans within the request come before it.</summary>
    public Task WaitForRequestAsync(string parent) =>
        Eventually.BeAsync(() => Task.FromResult(Has(Convert.FromHexString(parent))), TimeLimit.OfWait, parent);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
