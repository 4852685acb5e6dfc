using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Lets actions see that a header is there but empty. MVC would take it for one that is not there, and a condition or a key that a
/// client meant to send would be dropped in silence.
/// </summary>
internal sealed class EmptyHeaders : IDisplayMetadataProvider
{
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context) =>
        context.DisplayMetadata.ConvertEmptyStringToNull = !context.Attributes.OfType<IFromHeaderMetadata>().Any();
}
