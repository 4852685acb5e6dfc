using System.Linq.Expressions;
using CleanWorkspace.Domain.Values;
using FluentValidation;
using FluentValidation.Results;

namespace CleanWorkspace.Application.Requests;

/// <summary>The rules that validators use. An absent property passes every rule except <see cref="IsGiven"/>.</summary>
internal static class RequestRules
{
    /// <summary>Requires at least one documented property.</summary>
    public static void DescribesSomething<TRequest>(this AbstractValidator<TRequest> validator)
        where TRequest : BodyRequest
    {
        var parameter = Expression.Parameter(typeof(TRequest));
        var isAnyGiven = typeof(TRequest).GetProperties()
            .Where(property => property.PropertyType.IsGenericType
                && property.PropertyType.GetGenericTypeDefinition() == typeof(Optional<>)
                && !property.IsDefined(typeof(UndocumentedAttribute), inherit: false))
            .Select(property => (Expression)Expression.Property(
                Expression.Property(parameter, property), nameof(Optional<string?>.IsGiven)))
            .Aggregate(Expression.OrElse);
        var describesSomething = Expression.Lambda<Func<TRequest, bool>>(isAnyGiven, parameter).Compile();
        validator.RuleFor(request => request).Custom((request, context) =>
        {
            if (request.ReadingFaults.Count == 0 && !describesSomething(request))
            {
                context.AddFault("", RequestFault.NothingGiven);
            }
        });
    }

    /// <summary>Requires the property.</summary>
    public static void IsGiven<TRequest>(this IRuleBuilder<TRequest, Optional<string?>> rule) =>
        rule.Custom((value, context) =>
        {
            if (!value.IsGiven)
            {
                context.AddFault(context.PropertyPath, new Fault("required", "Must be given."));
            }
        });

    /// <summary>Checks the value by a rule of the domain.</summary>
    public static void Holds<TRequest>(this IRuleBuilder<TRequest, Optional<string?>> rule, Func<string?, Fault?> check) =>
        rule.Custom((value, context) =>
        {
            if (value.IsGiven && check(value.Value) is { } fault)
            {
                context.AddFault(context.PropertyPath, fault);
            }
        });

    /// <summary>Requires a list of at most <paramref name="maxCount"/> UUIDs.</summary>
    public static void HoldsIds<TRequest>(
        this IRuleBuilder<TRequest, Optional<IReadOnlyList<string?>?>> rule, Fault unknown, int maxCount = IdList.MaxCount) =>
        rule.Custom((value, context) =>
        {
            if (value.IsGiven && value.Value is null)
            {
                context.AddFault(context.PropertyPath, RequestFault.NoList);
            }
            else if (value.Value?.Count > maxCount)
            {
                context.AddFault(context.PropertyPath, RequestFault.TooManyIds(maxCount));
            }
            else
            {
                var ids = value.Value ?? [];
                for (var i = 0; i < ids.Count; i++)
                {
                    if (ids[i] is { } id && !Uuid.TryParse(id, out _))
                    {
                        context.AddFault($"{context.PropertyPath}/{i}", unknown);
                    }
                }
            }
        });

    /// <summary>Requires an empty list.</summary>
    public static void IsEmptyList<TRequest>(this IRuleBuilder<TRequest, Optional<IReadOnlyList<string?>?>> rule) =>
        rule.Custom((value, context) =>
        {
            if (value.IsGiven && value.Value is not { Count: 0 })
            {
                context.AddFault(context.PropertyPath, RequestFault.NoTeams);
            }
        });

    /// <summary>Reports a fault of a property.</summary>
    public static void AddFault<TRequest>(this ValidationContext<TRequest> context, string path, Fault fault) =>
        context.AddFailure(new ValidationFailure(path, fault.Detail) { ErrorCode = fault.Code });
}
