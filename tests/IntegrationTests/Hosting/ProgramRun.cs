namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A complete run of the program: its exit code, output and errors.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the service's program with these arguments, in Production unless a setting says otherwise.</summary>
    public static Task<ProgramRun> OfAsync(string[] arguments, params (string Name, string Value)[] settings) =>
        OfAsync(RunningProgram.Start(arguments, settings));

    /// <summary>Runs another program, which runs the service's program.</summary>
    public static Task<ProgramRun> OfAsync(string program, string[] arguments, params (string Name, string Value)[] settings) =>
        OfAsync(RunningProgram.Start(program, arguments, settings));

    private static async Task<ProgramRun> OfAsync(RunningProgram started)
    {
        using var program = started;
        program.CloseInput();
        var output = program.ReadOutputAsync();
        var error = await program.ReadErrorAsync();
        return new ProgramRun(await program.WaitForExitAsync(), await output, error);
    }
}
