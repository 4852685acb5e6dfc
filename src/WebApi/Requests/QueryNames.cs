using System.Text.Json.Serialization;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Lists;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Tells MVC that the properties of a list's request are parameters of the address, called as properties are in JSON.</summary>
internal sealed class QueryNames : IBindingMetadataProvider, IDisplayMetadataProvider
{
    public void CreateBindingMetadata(BindingMetadataProviderContext context)
    {
        if (context.Key.ContainerType?.IsAssignableTo(typeof(ListRequest)) != true)
        {
            return;
        }

        context.BindingMetadata.BinderModelName = JsonNames.Of(context.Key.PropertyInfo!);
        context.BindingMetadata.BindingSource = BindingSource.Query;
        context.BindingMetadata.IsBindingAllowed = context.Key.PropertyInfo!.CanWrite && !context.Attributes.OfType<JsonIgnoreAttribute>().Any();
    }

    /// <summary>What all lists have in common comes first.</summary>
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context)
    {
        if (context.Key.PropertyInfo?.DeclaringType is { } type && type.IsAssignableTo(typeof(ListRequest)))
        {
            context.DisplayMetadata.Order = DepthOf(type);
        }
    }

    private static int DepthOf(Type? type) => type is null ? 0 : 1 + DepthOf(type.BaseType);
}
