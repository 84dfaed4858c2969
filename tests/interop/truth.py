"""Rows that try every type, extreme values, late columns and several partitions; and the same rows as a reader must see them."""
import random

START = 1_700_000_000_000_000_000
DAY = 86_400_000_000_000
COLUMNS = {  # name -> type in Iceberg's words
    "time": "timestamptz", "time_nanos": "int", "host": "string", "zone": "string", "id": "long", "f": "double", "i": "long",
    "u": "decimal(20, 0)", "b": "boolean", "s": "string", "late": "double", "i_string": "string",
}
FLOATS = [0.0, -0.0, 5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 0.1, 2.2250738585072014e-308, 1e15 + 0.5]
INTEGERS = [0, -1, 2**63 - 1, -(2**63), 2**53 + 1, 1_000]
UNSIGNED = [0, 1, 2**63, 2**64 - 1]
TEXTS = ["", "a", "Zürich 🌲", 'say "no" \\ back', "two\nlines", "tab\tcomma,equals=", "z" * 300, "ｆｕｌｌ", "\u00ff\uffff", "é" * 40]
TIMES = [-1_000, 0, 1_000, 4_102_444_800_000_000_000]  # before 1970, 1970, 2100


def row(i):
    """Row number i, of any life of the writer; None = absent."""
    chance = random.Random(i)
    life = i // 1_000
    stamp = TIMES[i] if i < len(TIMES) else START + i % 4 * DAY + i * 1_000 + (i % 10 if life else 0)
    cells = {
        "time": stamp // 1_000, "time_nanos": stamp % 1_000 if life else None,
        "host": f"h{i % 5} ö,=", "zone": None, "id": i,
        "f": chance.choice(FLOATS) if i % 3 else i * 0.1, "i": chance.choice(INTEGERS), "u": chance.choice(UNSIGNED),
        "b": chance.random() < 0.5, "s": chance.choice(TEXTS), "late": None, "i_string": None,
    }
    for name in ("f", "i", "u", "b", "s"):
        if chance.random() < 0.2:
            cells[name] = None
    if life >= 1:
        cells["zone"] = f"z{i % 2}" if i % 4 else None
        cells["late"] = i * 0.5
    if life >= 2 and i % 2:
        cells["i"], cells["i_string"] = None, f"text {i}"
    return cells


def escape(text, characters):
    for character in characters:
        text = text.replace(character, "\\" + character)
    return text


def line(table, cells):
    """The row as line protocol."""
    tags = "".join(f",{key}={escape(cells[key], ', =')}" for key in ("host", "zone") if cells[key] is not None)
    fields = [f"id={cells['id']}i"]
    for key, text in (("f", repr), ("i", lambda v: f"{v}i"), ("u", lambda v: f"{v}u"), ("b", lambda v: str(v).lower()),
                      ("late", repr)):
        if cells[key] is not None:
            fields.append(f"{key}={text(cells[key])}")
    for key, name in (("s", "s"), ("i_string", "i")):
        if cells[key] is not None:
            fields.append(f'{name}="{escape(cells[key], chr(92) + chr(34))}"')
    return f"{table}{tags} {','.join(fields)} {cells['time'] * 1_000 + (cells['time_nanos'] or 0)}"


FILTERS = [  # the predicate in SQL, and the same in Python; @TIME(…)@ is a time in the reader's own spelling
    ("host = 'h1 ö,='", lambda r: r["host"] == "h1 ö,="),
    ("f < 0", lambda r: r["f"] is not None and r["f"] < 0),
    ("f > 1e300", lambda r: r["f"] is not None and r["f"] > 1e300),
    ("i is null", lambda r: r["i"] is None),
    ("i > 9007199254740992", lambda r: r["i"] is not None and r["i"] > 2**53),
    ("u >= 9223372036854775808", lambda r: r["u"] is not None and r["u"] >= 2**63),
    ("s = 'Zürich 🌲'", lambda r: r["s"] == "Zürich 🌲"),
    ("s > 'zzzz'", lambda r: r["s"] is not None and r["s"] > "zzzz"),
    ("s = ''", lambda r: r["s"] == ""),
    ("zone is null", lambda r: r["zone"] is None),
    ("late >= 600.5", lambda r: r["late"] is not None and r["late"] >= 600.5),
    ("b = true", lambda r: r["b"] is True),
    ("i_string is not null", lambda r: r["i_string"] is not None),
    ("time < @2000-01-01@", lambda r: r["time"] < 946_684_800_000_000),
    ("time >= @2023-11-16@", lambda r: r["time"] >= 1_700_092_800_000_000),
]


def aggregates(rows):
    """count, nulls, sum, least and greatest of each column that has them."""
    out = {"rows": len(rows), "distinct ids": len({r["id"] for r in rows})}
    for name in COLUMNS:
        cells = [r[name] for r in rows if r[name] is not None]
        out[f"{name} set"] = len(cells)
        if name in ("time", "id", "i", "u", "late", "f"):
            out[f"{name} least"], out[f"{name} greatest"] = min(cells), max(cells)
        if name in ("id", "time_nanos", "late"):
            out[f"{name} sum"] = sum(cells)
    return out


def differences(found, expected, limit=5):
    """What differs between two lists of rows, by id, cell by cell, bit by bit. Empty = equal."""
    wrong, by_id = [], {}
    for cells in found:
        if cells["id"] in by_id:
            wrong.append(f"row {cells['id']} twice")
        by_id[cells["id"]] = cells
    for cells in expected:
        have = by_id.pop(cells["id"], None)
        if have is None:
            wrong.append(f"row {cells['id']} lost")
            continue
        for name, value in cells.items():
            # repr tells 0.0 from -0.0, 1 from 1.0 and from True.
            if repr(have.get(name)) != repr(value):
                wrong.append(f"row {cells['id']}: {name} is {have.get(name)!r}, not {value!r}")
    wrong += [f"row {row_id} was never written" for row_id in by_id]
    return wrong[:limit] + ([f"and {len(wrong) - limit} more"] if len(wrong) > limit else [])
