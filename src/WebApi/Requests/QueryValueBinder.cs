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
/// Reads a query parameter that must be given once and has one syntax. The binders of MVC accept several values, and numbers such as
/// <c>0x10</c>.
/// </summary>
/// <param name="code">The error code for a wrong value.</param>
/// <param name="form">The right syntax, in words that follow "Must be given once, ".</param>
/// <param name="parse">Reads the value. Returns null if the syntax is wrong.</param>
internal sealed class QueryValueBinder(string code, string form, Func<string, object?> parse) : IModelBinder
{
    // No stored text is longer. PostgreSQL cannot store U+0000 in text.
    private static readonly TextRule TextRule = new(maxLength: 1000, required: true);

    /// <summary>Reads the value, or adds a fault.</summary>
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
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && range.IsValid(number)
            ? number
            : null);

    private static QueryValueBinder Flag() => new(
        "invalid_boolean",
        "as true or false",
        text => text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null);

    private static QueryValueBinder Id() => new("invalid_id", "as a UUID", text => Uuid.TryParse(text, out var id) ? id : null);

    private static QueryListBinder<Guid> Ids() => new("invalid_id", "a UUID", text => Uuid.TryParse(text, out var id) ? id : null);

    private static QueryListBinder<string> Texts() => new(
        "invalid_text",
        $"text of 1 to {TextRule.MaxLength} characters, without control characters",
        text => TextRule.Check(text) is null ? text : null);

    private static QueryValueBinder Time() => new(
        "invalid_time",
        "as a time with an offset, such as 2026-11-23T12:24:27Z (RFC 3339). In a URL, write + as %2B",
        text => Timestamp.Check(text) is null ? Timestamp.Parse(text) : null);

    private static QueryValueBinder Text() => new(
        "invalid_text",
        $"as text of 1 to {TextRule.MaxLength} characters, without control characters",
        text => TextRule.Check(text) is null ? text : null);

    private static QueryValueBinder RoleValue() => new(
        "invalid_role",
        $"as one of {string.Join(", ", RoleName.All)}",
        text => RoleName.Check(text) is null ? RoleName.Parse(text) : null);

    private static QueryValueBinder Value<T>()
        where T : class, IQueryValue<T> => new(T.Code, T.Form, text => T.TryParse(text, out var value) ? value : null);

    /// <summary>Chooses the binder for the type of a query parameter.</summary>
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
                { UnderlyingOrModelType: var type } when type == typeof(Role) => RoleValue(),
                { ModelType: var type } when type == typeof(string) => Text(),
                { ModelType: var type } when type == typeof(IReadOnlyList<Guid>) => Ids(),
                { ModelType: var type } when type == typeof(IReadOnlyList<string>) => Texts(),
                { ModelType: var type } when QueryValues.Is(type) => (IModelBinder)ValueMethod.MakeGenericMethod(type).Invoke(null, null)!,
                _ => null,
            };
        }

        private static readonly MethodInfo ValueMethod = ((Delegate)Value<Fields<UserResponse>>).Method.GetGenericMethodDefinition();
    }
}
