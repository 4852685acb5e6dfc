using System.Text.Json.Serialization;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Binds the properties of a list request to query parameters with the same names as in JSON.</summary>
internal sealed class QueryNames : IBindingMetadataProvider, IDisplayMetadataProvider
{
    /// <summary>Sets the source and the name of the parameter.</summary>
    public void CreateBindingMetadata(BindingMetadataProviderContext context)
    {
        if (context.Key.ContainerType?.IsAssignableTo(typeof(ListRequest)) != true)
        {
            return;
        }

        context.BindingMetadata.BinderModelName = JsonNames.Of(context.Key.PropertyInfo!);
        context.BindingMetadata.BindingSource = BindingSource.Query;
        context.BindingMetadata.IsBindingAllowed =
            context.Key.PropertyInfo!.CanWrite && !context.Attributes.OfType<JsonIgnoreAttribute>().Any();
    }

    /// <summary>Puts the parameters that all lists share first.</summary>
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context)
    {
        if (context.Key.PropertyInfo?.DeclaringType is { } type && type.IsAssignableTo(typeof(ListRequest)))
        {
            context.DisplayMetadata.Order = DepthOf(type);
        }
    }

    private static int DepthOf(Type? type) => type is null ? 0 : 1 + DepthOf(type.BaseType);
}
