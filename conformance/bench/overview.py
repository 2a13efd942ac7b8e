"""The overview of the result, for the front page: a short table, and a small plot with a bar for each runtime."""
import html
import statistics

import plot

# Its label, the operation or the title of the figure, the bundle, and whether the plot has it.
ROWS = (
    ("`run`, the config of `spec`, ms", "run", "spec", True),
    ("`run`, a config as podman writes it, ms", "run", "podman", True),
    ("`create`, `start`, wait, `delete`, the same, ms", "create, start, wait, delete", "podman", True),
    ("`exec`, the same, ms", "exec", "podman", True),
    ("`state`, ms", "state", "spec", False),
    ("`list` of 1,000 containers, ms", "list of 1,000", "spec", False),
    ("system calls of one `run` as podman's", "system calls: run", "podman", False),
    ("memory that a created container keeps, KiB", "created: private memory of its processes, KiB", "podman", False),
)
LEFT, WIDTH, RIGHT, BAR, GAP, TOP = 250, 330, 60, 13, 12, 12


def medians(results, title, bundle):
    """The median of each runtime: milliseconds of an operation, or a figure."""
    key = (title, bundle)
    if key in results.samples:
        return {name: statistics.median(each.wall for each in samples) for name, samples in results.samples[key].items()}
    return {name: statistics.median(numbers) for name, numbers in results.figures.get(key, {}).items()}


def shown(number):
    return f"{number:.1f}" if number < 20 else f"{number:,.0f}"


def table(results, names):
    """names: the runtimes with a column each. The lowest number of a row is bold. A row without a number is left out."""
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for label, title, bundle, _ in ROWS:
        found = medians(results, title, bundle)
        if not any(name in found for name in names):
            continue
        least = min(found[name] for name in names if name in found)
        cells = [("**{}**" if found[name] == least else "{}").format(shown(found[name])) if name in found else "–" for name in names]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def svg(results, names):
    rows = [(label.replace("`", "").removesuffix(", ms"), medians(results, title, bundle))
            for label, title, bundle, drawn in ROWS if drawn]
    rows = [(label, found) for label, found in rows if any(name in found for name in names)]
    if not rows:
        raise SystemExit("there is nothing to plot: no operation of the overview was measured")
    scale = WIDTH / max(found[name] for _, found in rows for name in names if name in found)
    parts, y = [], TOP
    for label, found in rows:
        middle = y + BAR * len(names) / 2 + 4
        parts.append(f'<text x="{LEFT - 10}" y="{middle:.1f}" text-anchor="end" {plot.TEXT}>{html.escape(label)}</text>')
        for number, name in enumerate(names):
            if name in found:
                parts += bar(name, found[name], y + BAR * number, scale, plot.COLOURS[(number + 1) % len(plot.COLOURS)])
        y += BAR * len(names) + GAP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT + 60}" height="{y}" role="img">',
        "<title>Median time of the main operations in milliseconds: shorter is better</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>', *parts, "</svg>"]) + "\n"


def bar(name, number, y, scale, colour):
    width = number * scale
    return [f'<rect x="{LEFT}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 2}" fill="{colour}"/>',
            f'<text x="{LEFT + width + 5:.1f}" y="{y + BAR - 4:.1f}" {plot.TEXT}>{html.escape(name)} {shown(number)} ms</text>']


def markdown(results, names, about, picture):
    """The part of the front page. about: lines that describe the machine and the command."""
    return "\n".join([f"![median times in milliseconds: shorter is better]({picture})\n", table(results, names), *about, ""])
