using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("CleanWorkspace.IntegrationTests.Hosting.WorkspaceTestFramework", "CleanWorkspace.IntegrationTests")]

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// xunit's own framework, which also stops the run's server. The process's exit would be too late for that: the test
/// platform gives it a tenth of a second.
/// </summary>
public sealed class WorkspaceTestFramework : XunitTestFramework
{
    public WorkspaceTestFramework(IMessageSink messageSink)
        : base(messageSink) =>
        TestPostgres.Announce = line => messageSink.OnMessage(new DiagnosticMessage(line));

    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assemblyName, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assemblyName, sources, diagnostics)
    {
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(
        ITestAssembly assembly,
        IEnumerable<IXunitTestCase> testCases,
        IMessageSink diagnostics,
        IMessageSink execution,
        ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, testCases, diagnostics, execution, options)
    {
        protected override async Task BeforeTestAssemblyFinishedAsync()
        {
            await base.BeforeTestAssemblyFinishedAsync();
            await TestPostgres.StopAsync();
        }
    }
}
