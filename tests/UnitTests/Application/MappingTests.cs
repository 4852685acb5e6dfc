using AutoMapper;

namespace CleanWorkspace.UnitTests.Application;

public sealed class MappingTests
{
    [Fact]
    public void Every_property_of_a_mapped_response_has_a_source() => UseCases.Get<IConfigurationProvider>().AssertConfigurationIsValid();
}
