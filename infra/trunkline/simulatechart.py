"""Simulated teams as a chart: productive time in bars, abandonment as lines against the cap, in plain SVG."""

from collections.abc import Sequence

from callmodel.campaigns.simulating.running import HalfHourFigures, TeamFigures

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 380, 56, 66, 40
LOST_SCALE = 0.10
"""The right edge's scale: a tenth of the calls abandoned is at the top."""
BAR_COLOURS, LINE_COLOURS = ("#7aa6d8", "#b9d0ea"), ("#c0392b", "#e6a79f")
MOST_LABELS = 12


def svg_of(teams: Sequence[TeamFigures], cap: float) -> str:
    """Return the chart as the text of an SVG file."""
    inner, height = WIDTH - 2 * LEFT, HEIGHT - TOP - BOTTOM
    slots = sorted({each.at_ms for team in teams for each in team.half_hours})
    step = inner / max(len(slots), 1)
    parts = []
    for place, team in enumerate(teams):
        by_slot = {each.at_ms: each for each in team.half_hours}
        width = (step - 2) / len(teams)
        for number, slot in enumerate(slots):
            if slot in by_slot:
                x = LEFT + number * step + 1 + place * width
                parts.append(_bar(by_slot[slot], team.agents, x, width, height, BAR_COLOURS[place % 2]))
        points = [
            f"{LEFT + (number + 0.5) * step:.1f},{_lost_at(by_slot[slot].abandonment, height):.1f}"
            for number, slot in enumerate(slots)
            if slot in by_slot
        ]
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{LINE_COLOURS[place % 2]}" stroke-width="2"/>'
        )
    at_cap = _lost_at(cap, height)
    titles = [
        f"{team.agents} agents: {100 * team.productive:.1f} % productive, {100 * team.abandonment:.2f} % abandoned, "
        f"{team.talks:,} talks"
        for team in teams
    ]
    labelled = [number for number in range(0, len(slots), max(2, len(slots) // MOST_LABELS))]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            *[
                f'<text x="{LEFT}" y="{24 + 20 * line}" font-size="15">{title}</text>'
                for line, title in enumerate(titles)
            ],
            *parts,
            f'<line x1="{LEFT}" x2="{LEFT + inner}" y1="{at_cap:.1f}" y2="{at_cap:.1f}" '
            'stroke="#c0392b" stroke-dasharray="5 4"/>',
            *[_label(8, TOP + height * (1 - share), f"{share:.0%}") for share in (0.0, 0.5, 1.0)],
            *[_label(WIDTH - 44, _lost_at(lost, height), f"{lost:.0%}") for lost in (0.0, cap, LOST_SCALE)],
            *[
                _label(LEFT + number * step, HEIGHT - 14, f"{(slots[number] - slots[0]) / 3_600_000:.0f} h")
                for number in labelled
            ],
            "</svg>\n",
        ]
    )


def _bar(each: HalfHourFigures, agents: int, x: float, width: float, height: int, colour: str) -> str:
    y = TOP + height * (1 - each.productive)
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height * each.productive:.1f}" fill="{colour}">'
        f"<title>{agents} agents: {100 * each.productive:.1f} % productive, "
        f"{100 * each.abandonment:.1f} % abandoned</title></rect>"
    )


def _title(y: int, text: str) -> str:
    return f'<text x="{LEFT}" y="{y}" font-size="15">{text}</text>'


def _lost_at(lost: float, height: int) -> float:
    return TOP + height * (1 - min(lost / LOST_SCALE, 1.0))


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="12" fill="#444">{text}</text>'
