"""The result as Markdown and CSV: medians with the tenth and ninetieth percentile, and ratios of medians."""
import csv
import itertools
import statistics


def percentile(numbers, part):
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def short(number):
    """Three digits that matter."""
    if number >= 99.95:
        return f"{number:.0f}"
    return f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"


def spread(numbers):
    return f"{short(statistics.median(numbers))} ({short(percentile(numbers, .1))}–{short(percentile(numbers, .9))})"


def table(head, rows):
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---", "---"] + ["---:"] * (len(head) - 2), *rows]]
    return "\n".join(lines) + "\n"


def rows(source, names, cell, keep=lambda title: True):
    """A row for each operation and bundle. cell: from the samples of a runtime to a text."""
    return [[title, bundle] + [cell(by_name[name]) if by_name.get(name) else "–" for name in names]
            for (title, bundle), by_name in in_order(source) if keep(title)]


ORDER = ("run", "create, start, wait, delete", "create", "start", "delete", "exec", "state")


def in_order(source):
    """The items: titles in the order above, others as measured, and the bundles of each together."""
    titles = list(dict.fromkeys([*ORDER, *(title for title, _ in source)]))
    return sorted(source.items(), key=lambda item: titles.index(item[0][0]))


def medians(by_name, field):
    return {name: statistics.median(getattr(sample, field) for sample in samples) for name, samples in by_name.items()}


def ratio_rows(samples, pairs, keep):
    found = []
    for (title, bundle), by_name in in_order(samples):
        if keep(title):
            middle = medians(by_name, "wall")
            found.append([title, bundle] + [short(middle[one] / middle[other]) if one in middle and other in middle else "–"
                                            for one, other in pairs])
    return found


def timed(title):
    """The wait is the container's program's time."""
    return title != "wait"


def main_title(title):
    """Without the parts of a life, for the tables in which the sum is enough."""
    return title not in ("wait", "create", "start", "delete")


def failure_list(failures):
    lines = []
    for (operation, bundle, name), (count, message) in failures.items():
        lines.append(f"- {name}, {operation}, {bundle}: failed {count} time{'s' if count > 1 else ''}: `{message.replace('`', '')}`\n")
    return "".join(lines)


def markdown(results, names, about, plot):
    """names: the runtimes in the order of the command. about: lines that describe the machine and the command."""
    pairs = list(itertools.combinations(names, 2))
    pairs = [(other, one) if one == "floor" else (one, other) for one, other in pairs]
    head = ["operation", "bundle"]
    parts = ["\n".join(about) + "\n"]
    if plot:
        parts.append(f"![median times]({plot})\n")
    if results.samples:
        parts += [
            "### Wall time in ms: median (10 %–90 %)\n",
            table(head + names, rows(results.samples, names, lambda found: spread([each.wall for each in found]), timed)),
            "### Ratios of the medians\n",
            table(head + [f"{one} / {other}" for one, other in pairs], ratio_rows(results.samples, pairs, timed)),
            "### CPU time in ms, of the runtime and the processes that it waits for: median (10 %–90 %)\n",
            table(head + names, rows(results.samples, names, lambda found: spread([each.cpu for each in found]), main_title)),
            "### Peak resident memory in KiB: median\n",
            table(head + names, rows(results.samples, names,
                                     lambda found: f"{statistics.median(each.peak for each in found):.0f}", timed))]
    if results.figures:
        parts += ["### Memory, probes and counts: median\n",
                  table(["figure", "bundle"] + names,
                        rows(results.figures, names, lambda found: f"{statistics.median(found):g}" if statistics.median(found) % 1 == 0
                             else short(statistics.median(found))))]
    if results.failures:
        parts += ["### Failures\n\nA runtime that failed at the first try of an operation has no figure there.\n",
                  failure_list(results.failures)]
    return "\n".join(parts)


def write_csv(path, results):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["operation", "bundle", "runtime", "wall_ms", "cpu_ms", "peak_kib", "figure"])
        for (operation, bundle), by_name in results.samples.items():
            for name, samples in by_name.items():
                out.writerows([operation, bundle, name, f"{each.wall:.4f}", f"{each.cpu:.3f}", each.peak, ""] for each in samples)
        for (title, bundle), by_name in results.figures.items():
            for name, numbers in by_name.items():
                out.writerows([title, bundle, name, "", "", "", f"{each:.3f}"] for each in numbers)


def replace_figures(path, text):
    """Puts the figures into a README, between its two marks."""
    begin, end = "<!-- figures: written by bench -->\n", "<!-- end of figures -->\n"
    whole = path.read_text()
    if begin not in whole or end not in whole:
        raise SystemExit(f"{path}: has no lines {begin.strip()} and {end.strip()}")
    path.write_text(whole[:whole.index(begin) + len(begin)] + "\n" + text + "\n" + whole[whole.index(end):])
