using CleanWorkspace.Application;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.ImportJobs;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Application.Webhooks;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.UnitTests.Application;

/// <summary>The use cases as the service registers them, on a database of the test.</summary>
internal static class UseCases
{
    private static readonly ServiceProvider Services = Create(new UnreachableDatabase());

    private static ServiceProvider Create(UnreachableDatabase db, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton<IUserStore>(db);
        services.AddSingleton<IUserGroupStore>(db);
        services.AddSingleton<IAuditEntryReader>(db);
        services.AddSingleton<IEventFeed>(db);
        services.AddSingleton<ITransfers>(db);
        services.AddSingleton<IImportJobs>(db);
        services.AddSingleton<IWebhookSender>(db);
        services.AddSingleton(new WebhookSettings([], IsHttpAllowed: false));
        services.AddSingleton<IWorkspaceDbContext>(db);
        services.AddSingleton(Caller.Service);
        services.AddApplication();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
    }

    public static T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public static async Task<TResponse> SendAsync<TResponse>(
        UnreachableDatabase db, IRequest<TResponse> request, TimeProvider? clock = null)
    {
        await using var services = Create(db, clock);
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Validates a request. Returns each fault as its pointer without the slash, and its code.</summary>
    public static string[] FindFaults<TRequest>(TRequest request) =>
        [.. Get<IValidator<TRequest>>().Validate(request).Errors.Select(error => $"{error.PropertyName}: {error.ErrorCode}")];
}
