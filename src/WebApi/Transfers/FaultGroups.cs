using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Groups the faults of an import by code and column. Its size does not depend on the number of faults.</summary>
internal sealed class FaultGroups
{
    private const int MaxGroups = 100;
    private const int MaxLines = 10;
    private const int MaxDetails = 5;

    private readonly Dictionary<(string Code, string? Column), Group> _groups = [];

    /// <summary>The number of faults.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a fault. Faults come in the order of their lines.</summary>
    public void Add(ImportRefusal refusal)
    {
        Count++;
        var key = (refusal.Code, refusal.Column);
        // The names of columns come from the file. After the first groups, only the code counts.
        if (_groups.Count >= MaxGroups && !_groups.ContainsKey(key))
        {
            key = (refusal.Code, null);
        }

        if (!_groups.TryGetValue(key, out var group))
        {
            _groups[key] = group = new Group();
        }

        group.Add(refusal);
    }

    /// <summary>Returns the groups, the largest first.</summary>
    public IReadOnlyList<FaultGroup> ToList() =>
    [
        .. _groups
            .Select(pair => new FaultGroup(pair.Key.Code, pair.Key.Column, pair.Value.Rows, pair.Value.Lines, pair.Value.Details))
            .OrderByDescending(group => group.Rows),
    ];

    private sealed class Group
    {
        private long _lastLine;

        public long Rows { get; private set; }

        public List<long> Lines { get; } = [];

        public List<string> Details { get; } = [];

        public void Add(ImportRefusal refusal)
        {
            if (refusal.Line != _lastLine)
            {
                Rows++;
                _lastLine = refusal.Line;
                if (Lines.Count < MaxLines)
                {
                    Lines.Add(refusal.Line);
                }
            }

            if (Details.Count < MaxDetails && !Details.Contains(refusal.Detail))
            {
                Details.Add(refusal.Detail);
            }
        }
    }
}
