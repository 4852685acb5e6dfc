using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CleanWorkspace.Application.Requests;
using MediatR;

namespace CleanWorkspace.Application.Lists;

/// <summary>Asks for a page of a list; whatever is not given does not matter. The properties are the parameters of the address.</summary>
public abstract record ListRequest
{
    /// <summary>Which page, from 1; the first if not given. The further on, the longer it takes: to read everything, follow the links, whose cursor finds a page at once.</summary>
    [DefaultValue(1)]
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>The most rows of a page.</summary>
    [DefaultValue(50)]
    [Range(1, 200)]
    public int PageSize { get; init; } = 50;

    /// <summary>Where the page begins, as a link of another page says, which has everything else too: all but page_size and fields must stay as it is there.</summary>
    public Cursor? Cursor { get; init; }

    /// <summary>The list that the page is of, with all that was asked for but the page: what a cursor is good for.</summary>
    public abstract string List { get; }

    /// <summary>The number of the page, from 1.</summary>
    public int Number => Cursor?.Page ?? Page ?? 1;

    /// <summary>How many rows are left out before the page; 0 where a cursor says where it begins.</summary>
    public long Offset => Cursor is null ? (Number - 1L) * PageSize : 0;

    /// <summary>What is wrong with the parameters that each alone are well-formed.</summary>
    internal virtual IEnumerable<RequestFault> FindFaults()
    {
        if (Cursor is not null && (!Cursor.IsOf(List) || (Page is { } page && page != Cursor.Page)))
        {
            yield return RequestFault.InvalidCursor;
        }
    }
}

/// <summary>Asks for a page of a list.</summary>
/// <typeparam name="T">What a row is shown as.</typeparam>
public abstract record ListRequest<T> : ListRequest, IRequest<Page<T>>
{
    /// <summary>The properties to show, with commas between their names; all of them if not given. What is left out is not read.</summary>
    public Fields<T>? Fields { get; init; }
}

/// <summary>Refuses a page that cannot be, with every fault at once.</summary>
internal sealed class ListRequestBehavior<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ListRequest, IRequest<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var faults = request.FindFaults().ToList();
        return faults.Count > 0 ? throw Failure.Invalid(faults) : next();
    }
}
