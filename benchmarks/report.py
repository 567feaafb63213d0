"""A run on paper: Markdown for people, JSON for programs."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import Figure, Figures
from benchmarks.goals import Goal

_FEW = 3


def write_markdown(machine: dict[str, str], figures: Figures, goals: list[Goal]) -> str:
    """Return the goals and every figure as tables."""
    where = "; ".join(f"{name} {value}" for name, value in machine.items())
    return "\n".join(
        [
            f"Measured on: {where}.",
            "",
            "| goal | target | measured | |",
            "|---|---|---|---|",
            *map(_goal_row, goals),
            "",
            "| what | posts | clients | median | p95 | unit | values |",
            "|---|---|---|---|---|---|---|",
            *map(_figure_row, figures.all()),
            "",
        ]
    )


def write_json(machine: dict[str, str], figures: Figures, goals: list[Goal]) -> str:
    """Return the same, with every value that was measured."""
    return json.dumps(
        {
            "machine": machine,
            "goals": [{**asdict(goal), "met": goal.is_met} for goal in goals],
            "figures": [
                {**asdict(figure), "median": figure.median, "p95": figure.p95}
                for figure in figures.all()
            ],
        },
        indent=1,
    )


def keep(folder: Path, markdown: str, figures: str) -> None:
    """Write both into ``folder``, over those of the run before."""
    folder.mkdir(exist_ok=True)
    (folder / "benchmarks.md").write_text(markdown)
    (folder / "benchmarks.json").write_text(figures)


def put_into(page: Path, markdown: str) -> None:
    """Replace what stands below the page's last heading with the tables."""
    text = page.read_text()
    head, mark, _ = text.partition(_MARK)
    if not mark:
        raise SystemExit(f"{page} has no line {_MARK.strip()}")
    page.write_text(f"{head}{mark}\n{markdown}")


_MARK = "<!-- Below: written by make bench DOCS=1 -->\n"


def _goal_row(goal: Goal) -> str:
    bound = "at least" if goal.is_least else "at most"
    verdict = "met" if goal.is_met else "**missed**"
    return f"| {goal.says} | {bound} {goal.target:.3g} | {goal.measured:.3g} | {verdict} |"


def _figure_row(figure: Figure) -> str:
    key = figure.key
    posts = f"{key.posts:,}" if key.posts else ""
    p95 = _round(figure.p95) if len(figure.values) > _FEW else ""
    count = len(figure.values)
    return (
        f"| {key.name} | {posts} | {key.clients} | {_round(figure.median)} | {p95} |"
        f" {figure.unit} | {count} |"
    )


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
