using CleanWorkspace.WebApi.Commands;

return await CommandLine.RunAsync(args);
