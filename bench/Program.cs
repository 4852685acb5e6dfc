using CleanWorkspace.Benchmarks.Commands;

return await CommandLine.RunAsync(args);
