"""docs/evaluation.md, made from the figures as `store/figures/` documents them and from the pilot's numbers."""

from demo import pilot_figures
from domain.figures import Definition, Shape
from domain.reports import QUESTIONS
from store import figures


def evaluation() -> str:
    lines = [INTRODUCTION, "", "## Figures", ""]
    for question, text in QUESTIONS.items():
        lines += [f"### {text}", "", "| figure | what it says | formula | kind |", "|---|---|---|---|"]
        lines += [_line(one) for one in figures.definitions() if one.question == question] + [""]
    lines += ["## Beside the pilot's report", "", BESIDE, ""]
    lines += ["| figure | printed in 2022 | ours | |", "|---|---|---|---|"]
    lines += [f"| {one.what} | {one.printed} | {one.ours} | {one.why} |" for one in pilot_figures.LINES]
    lines += ["", "Not counted:", ""]
    lines += [f"- {what}: {why}." for what, why in pilot_figures.NOT_DERIVED.items()]
    return "\n".join(lines) + "\n"


def _line(one: Definition) -> str:
    hidden = ", small groups hidden" if one.people and one.shape is not Shape.COUNT else ""
    formula = ". ".join(part for part in (one.formula, one.note) if part).replace("|", "\\|")
    return f"| `{one.code}` | {one.title} | {formula} | {one.shape}{hidden} |"


INTRODUCTION = """# Evaluation

```sh
./letsconnect report --from 2022-03-01 --to 2022-10-31                               # Markdown
./letsconnect report --from 2022-03-01 --to 2022-10-31 --format html --output r.html # with charts, to print on A4
```

Both days are included, in the programme's zone. Without `--from` the report begins with the first registration or
session; without `--to` it ends today. `wikitext` is for a wiki page, `json` for programs. The form *Evaluation report*
in the Prefect UI does the same. The same range gives the same bytes, whenever it is asked for, as long as nothing about
it has changed.

- **Sessions** count when they start in the range; **people** when they registered before its end. Whoever was erased
  stays in the numbers, without a profile.
- **Base n** is of how many the figure is; **missing n** is how many would belong to it and have said nothing. A
  question that was added later leaves those missing who were never asked.
- **People in sessions** are counted each time they take part. Guests are people without a registration.
- **Small groups**: what would tell of fewer people than `report.small` in `programme.toml` is not shown, nor the number
  that would let it be worked out: of a list that adds up, the next smallest is left out as well; a country that its
  region's total would give away; a share that few people, or all but few, make up. `--small N` changes that for one
  report: keep such a report to yourself. Two reports of ranges that hardly differ can be subtracted from each other, so
  publish one.
- **Targets** are in `targets.toml`: so many sessions of a kind in so many days, or at least so much of a figure.
- Which kinds of session are clinics, connections and regional sessions, the form's question about interests, and what
  share makes a skill prioritised are in `programme.toml`, `[report]`; regions are in `regions.toml`.
- Whose idea a session was, and which skills it is about, is said with it: `session add --led-by community --skills
  storytelling`. Of coffees and clusters, `--led-by` says who proposed them.

Each figure is one SQL query, in `store/figures/`, over the views of [tables](tables.md); the HTML and JSON reports
carry it. Who was in a session is told by [attendance](attendance.md)."""

BESIDE = """`letsconnect demo` makes a second programme with the shape of the pilot, in `demo/pilot` of the state
folder, and writes its report there. This is what the pilot's report of November 2022 printed, beside ours (with no
group hidden)."""
