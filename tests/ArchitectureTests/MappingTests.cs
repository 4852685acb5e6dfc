using AutoMapper;
using AutoMapper.Internal;
using CleanWorkspace.Application;
using CleanWorkspace.Domain.Common;
using Microsoft.Extensions.DependencyInjection;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Rule 5: AutoMapper reads out, never in.</summary>
public sealed class MappingTests
{
    [Fact]
    public void Every_map_leads_from_an_entity_to_its_response()
    {
        using var provider = new ServiceCollection().AddLogging().AddApplication().BuildServiceProvider();
        var maps = provider.GetRequiredService<IConfigurationProvider>().Internal().GetAllTypeMaps();

        Assert.NotEmpty(maps);
        Assert.All(maps, map =>
        {
            Assert.True(map.SourceType.IsSubclassOf(typeof(Entity)), $"{map.SourceType} is no entity");
            Assert.Equal($"{map.SourceType.Name}Response", map.DestinationType.Name);
        });
    }
}
