using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Reads a whole number from the query, once and in digits alone. MVC's own binder takes the first of several values, and
/// forms such as <c>0x10</c>.
/// </summary>
internal sealed class WholeNumberBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var given = bindingContext.ValueProvider.GetValue(bindingContext.ModelName);
        if (given == ValueProviderResult.None)
        {
            return Task.CompletedTask;
        }

        var range = bindingContext.ModelMetadata.ValidatorMetadata.OfType<RangeAttribute>().SingleOrDefault() ?? new RangeAttribute(0, int.MaxValue);
        bindingContext.ModelState.SetModelValue(bindingContext.ModelName, given);
        if (given.Length == 1
            && int.TryParse(given.FirstValue, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && range.IsValid(number))
        {
            bindingContext.Result = ModelBindingResult.Success(number);
        }
        else
        {
            bindingContext.ModelState.AddModelError(
                bindingContext.ModelName, $"Must be given once, as a whole number from {range.Minimum} to {range.Maximum}.");
        }

        return Task.CompletedTask;
    }

    /// <summary>Chooses the binder for numbers in the query.</summary>
    internal sealed class Provider : IModelBinderProvider
    {
        public IModelBinder? GetBinder(ModelBinderProviderContext context) =>
            context.Metadata.ModelType == typeof(int) ? new WholeNumberBinder() : null;
    }
}
