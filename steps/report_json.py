"""The evaluation report as one JSON document with stable keys; queries included, so that every figure can be traced."""

import json
from typing import Any

from domain.figures import Figure, Shape
from domain.reports import Report


def write(report: Report) -> str:
    return json.dumps(document(report), ensure_ascii=False, indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """`hidden`: small groups would be told. A share's `value` is in per cent."""
    return {
        "programme": report.programme,
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "small": report.small,
        "sections": [
            {"question": section.question, "figures": [_figure(one) for one in section.figures]}
            for section in report.sections
        ],
        "targets": [
            {"title": one.title, "target": one.target, "actual": one.actual, "reached": one.reached}
            for section in report.sections
            for one in section.targets
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    definition = figure.definition
    found: dict[str, Any] = {
        "code": definition.code,
        "title": definition.title,
        "formula": definition.formula,
        "note": definition.note,
        "unit": definition.unit,
        "shape": definition.shape.value,
        "hidden": figure.is_hidden,
    }
    if definition.shape is Shape.TABLE:
        found |= {"rows": [dict(zip(figure.header, row, strict=True)) for row in figure.rows]}
    else:
        found |= {"base": figure.base, "missing": figure.missing} if not figure.is_hidden else {}
    if definition.shape in (Shape.COUNT, Shape.MEAN, Shape.SHARE):
        number = figure.number
        found |= {"value": None if number is None else round(number, 4)}
    if definition.shape is Shape.SHARE and not figure.is_hidden:
        found |= {"part": figure.part}
    if definition.shape in (Shape.PARTITION, Shape.CHOICES):
        found |= {
            "cells": [{"label": c.label, "group": c.group, "n": c.n} for c in figure.cells],
            "others": figure.others,
            "others_n": figure.others_n,
        }
    return found | {"query": definition.sql}
