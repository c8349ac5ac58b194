"""markdown - lines of JSON that a sweep of `./dev bench figures` left, as tables of Markdown."""
import json
import os

PROTOCOLS = ("optimistic", "cas", "mutex", "rcu")


def read(folder, name):
    """JSON lines; none if there is no such file."""
    path = os.path.join(folder, name + ".json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.lstrip().startswith("{")]


def table(head, rows):
    """Markdown; the first column to the left, the others to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def values_of(lines, field):
    """The different ones, in the order in which they come."""
    return list(dict.fromkeys(line[field] for line in lines))


def millions(value):
    return f"{value / 1e6:.2f}" if value < 1e7 else f"{value / 1e6:.1f}"


def pivot(lines, rows, column, show, label=None):
    """A row for each value of the fields `rows`, a column for each of `column`."""
    if not lines:
        return None
    across = values_of(lines, column)
    found = {}
    for line in lines:
        found.setdefault(tuple(line[field] for field in rows), {})[line[column]] = show(line)
    head = [", ".join(rows)] + [f"{value:,}" if isinstance(value, int) else value
                                for value in across]
    if label:
        head[0] = label
    return table(head, [[", ".join(str(part) for part in key)] + [cells.get(value, "")
                        for value in across] for key, cells in found.items()])


def medians(lines, keys, field):
    """Of the lines that agree in these keys the one whose `field` is the median."""
    runs = {}
    for line in lines:
        runs.setdefault(tuple(line[key] for key in keys), []).append(line)
    return [sorted(run, key=lambda line: line[field])[len(run) // 2] for run in runs.values()]


def rate(line):
    return millions(line["transfers_per_second"])
