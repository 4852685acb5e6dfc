using AutoMapper;
using AutoMapper.Internal;
using CleanWorkspace.Application;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Rule 5: AutoMapper reads out, never in.</summary>
public sealed class MappingTests
{
    [Fact]
    public void Every_map_leads_from_what_is_stored_to_its_response()
    {
        var stored = typeof(IWorkspaceDbContext).GetProperties()
            .Where(property => property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(DbSet<>))
            .Select(property => property.PropertyType.GetGenericArguments()[0])
            .ToList();
        using var provider = new ServiceCollection().AddLogging().AddApplication().BuildServiceProvider();
        var maps = provider.GetRequiredService<IConfigurationProvider>().Internal().GetAllTypeMaps();

        Assert.NotEmpty(maps);
        Assert.All(maps, map =>
        {
            Assert.Contains(map.SourceType, stored);
            Assert.Equal($"{map.SourceType.Name}Response", map.DestinationType.Name);
        });
    }
}
