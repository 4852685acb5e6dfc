using System.Text;
using CleanWorkspace.WebApi.Hosting;
using Microsoft.AspNetCore.Http;

namespace CleanWorkspace.UnitTests.WebApi.Hosting;

public sealed class DelayedStreamTests : IDisposable
{
    private readonly MemoryStream _sent = new();
    private readonly HttpResponse _response;
    private readonly DelayedStream _stream;

    public DelayedStreamTests()
    {
        _response = new DefaultHttpContext().Response;
        _response.Body = _sent;
        _stream = new DelayedStream(_response);
        _response.Body = _stream;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _sent.Dispose();
    }

    [Fact]
    public async Task A_short_answer_is_sent_at_its_end_with_its_length()
    {
        await WriteAsync(new string('a', 1000));
        await WriteAsync(new string('b', 24));
        await _stream.FlushAsync();
        Assert.Equal(0, _sent.Length);

        await _stream.EndAsync();

        Assert.Equal(1024, _sent.Length);
        Assert.Equal(1024, _response.ContentLength);
    }

    [Fact]
    public async Task A_longer_answer_is_sent_from_its_1025th_byte_on()
    {
        await WriteAsync(new string('a', 1024));
        Assert.Equal(0, _sent.Length);

        await WriteAsync("b");
        Assert.Equal(1025, _sent.Length);
        await WriteAsync("c");
        await _stream.EndAsync();

        Assert.Equal($"{new string('a', 1024)}bc", Encoding.ASCII.GetString(_sent.ToArray()));
        Assert.Null(_response.ContentLength);
    }

    [Fact]
    public async Task An_answer_without_a_body_has_no_length()
    {
        await _stream.FlushAsync();
        await _stream.EndAsync();

        Assert.Equal(0, _sent.Length);
        Assert.Null(_response.ContentLength);
    }

    /// <summary>The exception handler of the framework clears the response like this.</summary>
    [Fact]
    public async Task A_problem_replaces_the_held_bytes()
    {
        await WriteAsync("half an ans");
        _response.Clear();
        await WriteAsync("problem");
        await _stream.EndAsync();

        Assert.Equal("problem", Encoding.ASCII.GetString(_sent.ToArray()));
        Assert.Equal(7, _response.ContentLength);
    }

    [Fact]
    public async Task Sent_bytes_cannot_be_dropped()
    {
        await WriteAsync(new string('a', 2000));

        Assert.False(_stream.CanSeek);
    }

    private async Task WriteAsync(string text) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(text));
}
