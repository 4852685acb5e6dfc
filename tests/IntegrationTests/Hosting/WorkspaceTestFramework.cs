using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("CleanWorkspace.IntegrationTests.Hosting.WorkspaceTestFramework", "CleanWorkspace.IntegrationTests")]

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// xunit's own framework, which also ends with the run. The process's exit would be too late to stop a server: the test
/// platform gives it a tenth of a second.
/// </summary>
public sealed class WorkspaceTestFramework : XunitTestFramework
{
    public WorkspaceTestFramework(IMessageSink messageSink)
        : base(messageSink)
    {
        TestPostgres.Announce = line => messageSink.OnMessage(new DiagnosticMessage(line));
        DisposalTracker.Add(new RunEnd());
    }

    private sealed class RunEnd : IDisposable
    {
        public void Dispose() => TestPostgres.StopAsync().GetAwaiter().GetResult();
    }
}
