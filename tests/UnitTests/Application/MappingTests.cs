using AutoMapper;

namespace CleanWorkspace.UnitTests.Application;

public sealed class MappingTests
{
    [Fact]
    public void Every_property_of_every_response_has_its_source() => UseCases.Get<IConfigurationProvider>().AssertConfigurationIsValid();
}
