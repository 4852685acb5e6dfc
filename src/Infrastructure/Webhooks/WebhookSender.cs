using System.Text;
using CleanWorkspace.Application.Webhooks;

namespace CleanWorkspace.Infrastructure.Webhooks;

/// <inheritdoc cref="IWebhookSender"/>
internal sealed class WebhookSender(TimeProvider clock) : IWebhookSender, IDisposable
{
    private const int MaxAnswerLength = 4096;

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <inheritdoc/>
    public async Task<WebhookAttempt> SendAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        var (time, start) = (clock.GetUtcNow(), clock.GetTimestamp());
        var attempt = new WebhookAttempt { Time = time, Duration = TimeSpan.Zero };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = new ReadOnlyMemoryContent(message.Body) };
            request.Headers.Add("webhook-id", message.Id);
            using var response = await _client.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var retryAfter = response.Headers.RetryAfter;
            attempt = attempt with
            {
                Status = (int)response.StatusCode,
                Answer = Encoding.UTF8.GetString(answer, 0, Math.Min(answer.Length, MaxAnswerLength)).Replace('\0', '\uFFFD'),
                RetryAfter = retryAfter?.Delta ?? retryAfter?.Date - time,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            attempt = attempt with { Error = "There was no complete answer." };
        }

        return attempt with { Duration = clock.GetElapsedTime(start) };
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _client.Dispose();
}
