"""A plot of median times as SVG: a row for each operation, a dot for each runtime, and a line from the tenth to the
ninetieth percentile. The scale is logarithmic, since the operations differ by a factor of a thousand."""
import html
import math
import statistics

import report

COLOURS = ("#777777", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
LEFT, WIDTH, RIGHT, ROW, TOP, BOTTOM = 300, 560, 30, 22, 46, 30
TEXT = 'font-family="sans-serif" font-size="12" fill="#222222"'


def ticks(low, high):
    """1, 2 and 5 of each power of ten, within the limits."""
    return [step * 10 ** power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for step in (1, 2, 5) if low <= step * 10 ** power <= high]


def legend(names):
    parts, x = [], LEFT
    for number, name in enumerate(names):
        parts.append(f'<circle cx="{x}" cy="14" r="5" fill="{COLOURS[number % len(COLOURS)]}"/>'
                     f'<text x="{x + 9}" y="18" {TEXT}>{html.escape(name)}</text>')
        x += 24 + 8 * len(name)
    return parts


def axis(low, high, place, bottom):
    parts = []
    for tick in ticks(low, high):
        x = place(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 10}" x2="{x:.1f}" y2="{bottom}" stroke="#dddddd"/>'
                     f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle" {TEXT}>{tick:g}</text>')
    parts.append(f'<text x="{LEFT - 8}" y="{TOP - 14}" text-anchor="end" {TEXT}>ms</text>')
    return parts


def svg(results, names):
    kept = [(key, by_name) for key, by_name in report.in_order(results.samples) if report.main_title(key[0])]
    walls = [sample.wall for _, by_name in kept for samples in by_name.values() for sample in samples]
    if not walls:
        raise SystemExit("there is nothing to plot: no operation with a time was measured")
    low, high = min(walls), max(percentiles(kept))
    low, high = low / 1.1, max(high, low * 2) * 1.1
    scale = WIDTH / math.log(high / low)

    def place(value):
        return LEFT + scale * math.log(min(max(value, low), high) / low)

    bottom = TOP + ROW * len(kept)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{bottom + BOTTOM}" role="img">',
             "<title>Median time of each operation, with the spread from 10 % to 90 %</title>",
             '<rect width="100%" height="100%" fill="#ffffff"/>', *legend(names), *axis(low, high, place, bottom)]
    for number, ((title, bundle), by_name) in enumerate(kept):
        y = TOP + ROW * number + ROW / 2
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" {TEXT}>{html.escape(f"{title} · {bundle}")}</text>')
        for position, name in enumerate(names):
            if by_name.get(name):
                parts.append(mark([sample.wall for sample in by_name[name]], y + 3 * (position - (len(names) - 1) / 2),
                                  COLOURS[position % len(COLOURS)], place))
    return "\n".join(parts + ["</svg>"]) + "\n"


def percentiles(kept):
    return [report.percentile([sample.wall for sample in samples], .9)
            for _, by_name in kept for samples in by_name.values() if samples]


def mark(numbers, y, colour, place):
    start, middle, end = (place(value) for value in (report.percentile(numbers, .1), statistics.median(numbers),
                                                      report.percentile(numbers, .9)))
    return (f'<line x1="{start:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{y:.1f}" stroke="{colour}" stroke-width="1.5"/>'
            f'<circle cx="{middle:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
