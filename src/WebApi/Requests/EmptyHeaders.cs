using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Passes an empty header to the action as an empty string. MVC would treat it as a missing header, and would silently ignore an
/// empty condition or idempotency key.
/// </summary>
internal sealed class EmptyHeaders : IDisplayMetadataProvider
{
    /// <summary>Keeps empty strings of headers.</summary>
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context) =>
        context.DisplayMetadata.ConvertEmptyStringToNull = !context.Attributes.OfType<IFromHeaderMetadata>().Any();
}
