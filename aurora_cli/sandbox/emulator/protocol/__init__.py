"""What moto lacks for every service, from botocore's models alone: nothing here knows RDS.

constraints.py  enumerations, lengths, patterns and ranges of a member
requests.py     a request of the query protocol held against its action: unknown and missing members, types, constraints
documents.py    a JSON request held against its action: missing members, constraints
pages.py        MaxRecords and Marker for each action that botocore has a paginator for
filters.py      Filters by a table of names and members

For upstream, since moto could have each of them: `QueryParser` of `moto.core.parse` skips members that it does not know, raises
ValueError for a number that is none, and looks at no constraint of the model; `PaginatedResult` pages only the actions that
return it, and not within 20 to 100; the models of `moto.rds` filter with a `FilterDef` each, and know some of the names.
"""
