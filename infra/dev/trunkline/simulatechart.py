"""A simulated shift as a chart: productive time in bars, abandonment as a line against its cap, in plain SVG."""

from callmodel.pacing.simulation import HALF_HOUR, Shift

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 360, 56, 48, 40
LOST_SCALE = 0.10
"""The right edge's scale: a tenth of the calls abandoned is at the top."""


def svg_of(shift: Shift, cap: float) -> str:
    """Return the chart as the text of an SVG file."""
    inner, height = WIDTH - 2 * LEFT, HEIGHT - TOP - BOTTOM
    step = inner / len(shift.half_hours)
    bars, line = [], []
    for number, half_hour in enumerate(shift.half_hours):
        share = min(1.0, half_hour.productive_seconds / (shift.scenario.agents * HALF_HOUR))
        lost = half_hour.abandoned / half_hour.answered if half_hour.answered else 0.0
        x = LEFT + number * step
        y = TOP + height * (1 - share)
        bars.append(
            f'<rect x="{x + 2:.1f}" y="{y:.1f}" width="{step - 4:.1f}" height="{height * share:.1f}" fill="#7aa6d8">'
            f"<title>{100 * share:.1f} % productive, {100 * lost:.1f} % abandoned</title></rect>"
        )
        line.append(f"{x + step / 2:.1f},{_lost_at(lost, height):.1f}")
    at_cap = _lost_at(cap, height)
    title = (
        f"{shift.scenario.agents} agents: {100 * shift.productive:.1f} % productive, "
        f"{100 * shift.abandonment:.2f} % abandoned"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            f'<text x="{LEFT}" y="28" font-size="16">{title}</text>',
            *bars,
            f'<line x1="{LEFT}" x2="{LEFT + inner}" y1="{at_cap:.1f}" y2="{at_cap:.1f}" '
            'stroke="#c0392b" stroke-dasharray="5 4"/>',
            f'<polyline points="{" ".join(line)}" fill="none" stroke="#c0392b" stroke-width="2"/>',
            *[_label(8, TOP + height * (1 - share), f"{share:.0%}") for share in (0.0, 0.5, 1.0)],
            *[_label(WIDTH - 44, _lost_at(lost, height), f"{lost:.0%}") for lost in (0.0, cap, LOST_SCALE)],
            *[
                _label(LEFT + hour * 2 * step, HEIGHT - 14, f"{hour} h")
                for hour in range(len(shift.half_hours) // 2 + 1)
            ],
            "</svg>\n",
        ]
    )


def _lost_at(lost: float, height: int) -> float:
    return TOP + height * (1 - min(lost / LOST_SCALE, 1.0))


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="12" fill="#444">{text}</text>'
