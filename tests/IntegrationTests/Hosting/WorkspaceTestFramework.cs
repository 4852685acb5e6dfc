using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("CleanWorkspace.IntegrationTests.Hosting.WorkspaceTestFramework", "CleanWorkspace.IntegrationTests")]

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// xunit's own framework with three additions. It resets the state that comes from the shell, it gives each test a time limit,
/// and it stops the run's server. At the exit of the process only a tenth of a second would be left for that stop.
/// </summary>
public sealed class WorkspaceTestFramework : XunitTestFramework
{
    public WorkspaceTestFramework(IMessageSink messageSink)
        : base(messageSink)
    {
        ShellState.Reset();
        TestPostgres.Announce = line => messageSink.OnMessage(new DiagnosticMessage(line));
    }

    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assemblyName, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assemblyName, sources, diagnostics)
    {
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            var limited = testCases.ToList();
            limited.ForEach(Limit);
            using var runner = new Runner(TestAssembly, limited, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }

        // A test can set its own limit by [Fact(Timeout = …)]. xunit accepts no limit for a test that returns no task.
        private static void Limit(IXunitTestCase testCase)
        {
            if (testCase is XunitTestCase { Timeout: 0 } && testCase.Method.ToRuntimeMethod().ReturnType == typeof(Task))
            {
                typeof(XunitTestCase).GetProperty(nameof(XunitTestCase.Timeout))!
                    .SetValue(testCase, (int)TimeLimit.OfTest.TotalMilliseconds);
            }
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
