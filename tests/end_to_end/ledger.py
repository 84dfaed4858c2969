"""The verifier of delivery tests: which rows were acknowledged, which were sent, what a table must hold, and what is wrong."""
import dataclasses


@dataclasses.dataclass
class Ledger:
    """Rows by id. Every row carries its id and a time; ids are never used twice."""
    acknowledged: dict = dataclasses.field(default_factory=dict)  # id -> (series, time, value)
    unanswered: dict = dataclasses.field(default_factory=dict)    # sent, fate unknown: may be there, once

    def problems(self, rows):
        """What is wrong with `rows`, an iterable of (id, series, time, value) in any order. Empty = exact."""
        found, wrong = {}, []
        for row_id, *content in rows:
            if row_id in found:
                wrong.append(f"row {row_id} twice")
            found[row_id] = tuple(content)
        for row_id, content in self.acknowledged.items():
            if row_id not in found:
                wrong.append(f"row {row_id} lost")
            elif found[row_id] != content:
                wrong.append(f"row {row_id} is {found[row_id]}, not {content}")
        for row_id, content in found.items():
            if row_id in self.acknowledged:
                continue
            if self.unanswered.get(row_id) != content:
                wrong.append(f"row {row_id} was never sent like this: {content}")
        return wrong
