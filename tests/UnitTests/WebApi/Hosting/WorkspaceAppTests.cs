using CleanWorkspace.WebApi.Hosting;
using Microsoft.Extensions.Configuration;

namespace CleanWorkspace.UnitTests.WebApi.Hosting;

public sealed class WorkspaceAppTests
{
    [Fact]
    public void Settings_are_read_at_the_start_and_their_files_are_not_watched()
    {
        var builder = WorkspaceApp.CreateBuilder("--Shutdown:Seconds=7");

        Assert.Equal("7", builder.Configuration["Shutdown:Seconds"]);
        var files = ((IConfigurationBuilder)builder.Configuration).Sources.OfType<FileConfigurationSource>().ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.False(file.ReloadOnChange));
    }
}
