using CleanWorkspace.Application;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.UnitTests.Application;

/// <summary>The use cases as the service registers them, with the test's ports to the database.</summary>
internal static class UseCases
{
    private static readonly IServiceProvider Registered = On(new UnreachableDatabase());

    public static IServiceProvider On(UnreachableDatabase db, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton<IUserStore>(db);
        services.AddSingleton<IUserGroupStore>(db);
        services.AddSingleton<IAuditEntryReader>(db);
        services.AddSingleton<ITransfers>(db);
        services.AddSingleton<IWorkspaceDbContext>(db);
        services.AddSingleton(Caller.Service);
        services.AddApplication();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
    }

    public static T Get<T>()
        where T : notnull => Registered.GetRequiredService<T>();

    public static async Task<TResponse> SendAsync<TResponse>(UnreachableDatabase db, IRequest<TResponse> request, TimeProvider? clock = null)
    {
        await using var scope = On(db, clock).CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Returns the faults that the validator finds: pointer without the slash, and code.</summary>
    public static string[] FindFaults<TRequest>(TRequest request) =>
        [.. Get<IValidator<TRequest>>().Validate(request).Errors.Select(error => $"{error.PropertyName}: {error.ErrorCode}")];
}
