using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Reads a query parameter with several values. It may be given several times, and each time with commas between values.</summary>
/// <param name="code">The error code for a wrong value.</param>
/// <param name="form">The right syntax of a value, in words that follow "Must be ".</param>
/// <param name="parse">Reads a value. Returns null if the syntax is wrong.</param>
internal sealed class QueryListBinder<T>(string code, string form, Func<string, object?> parse) : IModelBinder
{
    private const int MaxCount = 100;

    /// <summary>Reads the values, or adds a fault.</summary>
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var name = bindingContext.ModelName;
        var given = bindingContext.ValueProvider.GetValue(name);
        if (given == ValueProviderResult.None)
        {
            return Task.CompletedTask;
        }

        bindingContext.ModelState.SetModelValue(name, given);
        var texts = given.SelectMany(value => (value ?? "").Split(',')).ToList();
        var values = texts.Select(parse).OfType<T>().ToList();
        if (texts.Count > MaxCount)
        {
            Refuse(new Fault("too_many", $"Must have at most {MaxCount} values. Found {texts.Count}. Send several requests."));
        }
        else if (values.Count < texts.Count)
        {
            Refuse(new Fault(code, $"Must be {form}. Several values have commas between them, at most {MaxCount}."));
        }
        else
        {
            bindingContext.Result = ModelBindingResult.Success(values);
        }

        return Task.CompletedTask;

        void Refuse(Fault fault) => bindingContext.ModelState.AddFault(new RequestFault(fault.Code, fault.Detail, Parameter: name));
    }
}
