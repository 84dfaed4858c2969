#!/usr/bin/env python3
"""Reads the tables of a SQLite catalog with PyIceberg and compares them with what their writer says.

usage: read_catalog.py CATALOG.db WAREHOUSE EXPECTED.json [--append]

EXPECTED.json: [{"table": "ns.name", "rows": 334, "snapshots": 2, "files": 8, "filters": [{"filter": "host = 'a'", "rows": 3}]}]
With --append, PyIceberg appends the first row of each table again, so that the writer can go on after it.
Needs pyiceberg[sql-sqlite,pyarrow]==0.12.0 and pyiceberg-core==0.10.1.
"""

import json
import sys

from pyiceberg.catalog import load_catalog


def check(table, expected):
    """Differences between `table` and what is expected, as text."""
    problems = []

    def compare(what, want, have):
        if want is not None and want != have:
            problems.append(f"{what}: expected {want}, PyIceberg sees {have}")

    rows = table.scan().to_arrow()
    compare("rows", expected.get("rows"), rows.num_rows)
    compare("snapshots", expected.get("snapshots"), len(table.snapshots()))
    compare("files", expected.get("files"), table.inspect.files().num_rows)
    compare("format version", expected.get("format_version"), table.format_version)
    compare("history", len(table.metadata.snapshot_log), table.inspect.history().num_rows)
    current = table.current_snapshot()
    if current is not None:
        compare("total-records", str(expected.get("rows")), current.summary["total-records"])
    for case in expected.get("filters", []):
        compare(f"rows where {case['filter']}", case["rows"], table.scan(row_filter=case["filter"]).to_arrow().num_rows)
    return problems


def main():
    catalog_path, warehouse, expected_path = sys.argv[1:4]
    catalog = load_catalog("firn", type="sql", uri=f"sqlite:///{catalog_path}", warehouse=warehouse)
    with open(expected_path, encoding="utf-8") as file:
        expectations = json.load(file)
    failed = 0
    for expected in expectations:
        table = catalog.load_table(expected["table"])
        problems = check(table, expected)
        for problem in problems:
            print(f"{expected['table']}: {problem}")
        failed += bool(problems)
        if "--append" in sys.argv[4:]:
            table.append(table.scan(limit=1).to_arrow())
    print(f"interop: {len(expectations) - failed} tables agree, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
