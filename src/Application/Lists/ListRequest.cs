using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Requests;
using MediatR;

namespace CleanWorkspace.Application.Lists;

/// <summary>A request for one page of a list. Its properties are the query parameters.</summary>
public abstract record ListRequest
{
    /// <summary>
    /// The number of the page, from 1. Default: 1, or the page of the cursor. High numbers are slow: to read a whole list, follow the
    /// links instead.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>The maximum number of rows on a page.</summary>
    [DefaultValue(50)]
    [Range(1, 200)]
    public int PageSize { get; init; } = 50;

    /// <summary>The position where the page begins. Copy it from a link. Only page_size and fields may differ from this link.</summary>
    public Cursor? Cursor { get; init; }

    /// <summary>The identity of the list: the resource, the filters and the sort key. A cursor is valid for one list only.</summary>
    public abstract string List { get; }

    /// <summary>The number of the page, from 1.</summary>
    public int Number => Cursor?.Page ?? Page ?? 1;

    /// <summary>The number of rows to skip before the page. It is 0 if a cursor gives the position.</summary>
    public long Offset => Cursor is null ? (Number - 1L) * PageSize : 0;

    /// <summary>True if the newest row comes first.</summary>
    internal virtual bool IsNewestFirst => false;

    /// <summary>Finds the faults of parameters that are well-formed on their own.</summary>
    internal virtual IEnumerable<RequestFault> FindFaults()
    {
        if (Cursor is not null && (!Cursor.IsOf(List) || (Page is { } page && page != Cursor.Page)))
        {
            yield return RequestFault.InvalidCursor;
        }
    }
}

/// <summary>A request for one page of a list.</summary>
/// <typeparam name="T">The resource that a row is shown as.</typeparam>
public abstract record ListRequest<T> : ListRequest, IRequest<Page<T>>
{
    /// <summary>The properties to show, separated by commas. Default: all. Other properties are not read.</summary>
    public Fields<T>? Fields { get; init; }
}

/// <summary>Refuses a request for a page that has faults, and names all of them.</summary>
internal sealed class ListRequestBehavior<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ListRequest, IRequest<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var faults = request.FindFaults().ToList();
        return faults.Count > 0 ? throw Failure.Invalid(faults) : next();
    }
}
