/// Keywords of queries, sorted; those that no query over a run needs are left out.
pub(super) const KEYWORDS: [&str; 78] = [
    "all", "analyze", "and", "anti join", "any", "as", "asc", "between", "bigint", "boolean", "by", "case", "cast",
    "cross join", "current row", "date", "decimal", "desc", "describe", "distinct", "double", "else", "end", "escape",
    "except", "exists", "explain", "extract", "false", "filter", "first", "following", "from", "full join", "group by",
    "having", "ilike", "in", "inner join", "intersect", "interval", "is", "is not null", "is null", "join", "last", "left join",
    "like", "limit", "not", "null", "nulls first", "nulls last", "offset", "on", "or", "order by", "over", "partition by",
    "preceding", "range", "recursive", "right join", "rows", "select", "semi join", "show columns from", "similar to",
    "then", "timestamp", "true", "try_cast", "union all", "union", "using", "values", "when", "where",
];
