using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Reads a value from the query, once and in one form alone. MVC's own binders take the first of several values, and forms such
/// as <c>0x10</c>.
/// </summary>
/// <param name="code">The code of anything else.</param>
/// <param name="form">What is right, in words that follow "Must be given once, ".</param>
/// <param name="parse">Reads the value; null where it has not the form.</param>
internal sealed class QueryValueBinder(string code, string form, Func<string, object?> parse) : IModelBinder
{
    // No actor has a longer name; PostgreSQL has no text with U+0000.
    private static readonly TextRule TextRule = new(maxLength: 1000, required: true);

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var name = bindingContext.ModelName;
        var given = bindingContext.ValueProvider.GetValue(name);
        if (given == ValueProviderResult.None)
        {
            return Task.CompletedTask;
        }

        bindingContext.ModelState.SetModelValue(name, given);
        if (given.Length == 1 && parse(given.FirstValue ?? "") is { } value)
        {
            bindingContext.Result = ModelBindingResult.Success(value);
        }
        else
        {
            bindingContext.ModelState.AddFault(new RequestFault(code, $"Must be given once, {form}.", Parameter: name));
        }

        return Task.CompletedTask;
    }

    private static QueryValueBinder WholeNumber(RangeAttribute range) => new(
        "invalid_number",
        $"as a whole number from {range.Minimum} to {range.Maximum}",
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && range.IsValid(number) ? number : null);

    private static QueryValueBinder Flag() => new(
        "invalid_boolean", "as true or false", text => text switch { "true" => true, "false" => false, _ => null });

    private static QueryValueBinder Id() => new("invalid_id", "as a UUID", text => Uuid.TryParse(text, out var id) ? id : null);

    private static QueryValueBinder Time() => new(
        "invalid_time",
        "as a time with its offset such as 2026-11-23T12:24:27Z (RFC 3339); in an address, + is written %2B",
        text => Timestamp.Check(text) is null ? Timestamp.Parse(text) : null);

    private static QueryValueBinder Text() => new(
        "invalid_text",
        $"as text of 1 to {TextRule.MaxLength} characters, none of them a control character",
        text => TextRule.Check(text) is null ? text : null);

    private static QueryValueBinder Name() => new(
        "invalid_role", $"as one of {string.Join(", ", RoleName.All)}", text => RoleName.Check(text) is null ? RoleName.Parse(text) : null);

    private static QueryValueBinder Value<T>()
        where T : class, IQueryValue<T> => new(T.Code, T.Form, text => T.TryParse(text, out var value) ? value : null);

    /// <summary>Chooses the binder for what is read from the query.</summary>
    internal sealed class Provider : IModelBinderProvider
    {
        public IModelBinder? GetBinder(ModelBinderProviderContext context)
        {
            var rules = context.Metadata.ValidatorMetadata.OfType<RangeAttribute>().SingleOrDefault();
            return context.Metadata switch
            {
                { BindingSource: var source } when source != BindingSource.Query => null,
                { UnderlyingOrModelType: var type } when type == typeof(int) => WholeNumber(rules ?? new RangeAttribute(0, int.MaxValue)),
                { UnderlyingOrModelType: var type } when type == typeof(bool) => Flag(),
                { UnderlyingOrModelType: var type } when type == typeof(Guid) => Id(),
                { UnderlyingOrModelType: var type } when type == typeof(DateTimeOffset) => Time(),
                { UnderlyingOrModelType: var type } when type == typeof(Role) => Name(),
                { ModelType: var type } when type == typeof(string) => Text(),
                { ModelType: var type } when IsQueryValue(type) => (IModelBinder)OfValue.MakeGenericMethod(type).Invoke(null, null)!,
                _ => null,
            };
        }

        private static readonly MethodInfo OfValue = ((Delegate)Value<Fields<UserResponse>>).Method.GetGenericMethodDefinition();

        private static bool IsQueryValue(Type type) =>
            type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IQueryValue<>));
    }
}
