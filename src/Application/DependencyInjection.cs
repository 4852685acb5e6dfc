using System.Reflection;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Webhooks;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.Application;

/// <summary>Registers the use cases.</summary>
public static class DependencyInjection
{
    /// <summary>Adds every handler, validator and mapping of this assembly. A new use case needs no registration.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        var assembly = typeof(DependencyInjection).Assembly;

        // The property name of a validation failure is then its JSON pointer without the slash.
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonNames.Of(member);
        services.AddValidatorsFromAssembly(assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddAutoMapper(_ => { }, assembly);
        services.AddScoped<Func<IWorkspaceDbContext>>(provider => provider.GetRequiredService<IWorkspaceDbContext>);
        services.AddScoped<ReferenceCheck>();
        services.AddScoped<WebhookTarget>();
        services.AddScoped<WebhookResends>();
        services.AddMediator(assembly);
        return services;
    }

    // MediatR 5 has no registration of its own; docs/decisions/0006 explains the version.
    private static void AddMediator(this IServiceCollection services, Assembly assembly)
    {
        services.AddScoped<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddScoped<IMediator, Mediator>();
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(RequestFaultsBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ListRequestBehavior<,>));

        var handlers =
            from type in assembly.GetTypes()
            where type is { IsClass: true, IsAbstract: false }
            from contract in type.GetInterfaces()
            where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)
            select (contract, type);
        foreach (var (contract, type) in handlers)
        {
            services.AddScoped(contract, type);
        }
    }
}
