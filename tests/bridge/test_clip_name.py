"""Templates of clips' names: which are taken, and that no value leads out of its folder."""

from __future__ import annotations

import pytest

from bridge.clip_name import DEFAULT, FIELDS, fill, is_template

VALUES = {field: field for field in FIELDS}


@pytest.mark.parametrize(
    ("template", "path"),
    [
        (DEFAULT, "character/take"),
        ("{project}/{character}/{line}_{emotion}_{take}", "project/character/line_emotion_take"),
        ("VO_{line}_{seed}", "VO_line_seed"),
        ("{take}", "take"),
    ],
)
def test_a_template_is_filled_in(template: str, path: str) -> None:
    assert is_template(template)
    assert str(fill(template, VALUES)) == path


@pytest.mark.parametrize(
    "template",
    [
        "",
        "/{take}",
        "{take}/",
        "a//{take}",
        "{take",
        "{tale}",
        "{take.x}",
        "{take!r}",
        "{take:>9}",
        "{0}{take}",
        "{line}",
        "{take}/name",
        "x" * 200 + "{take}",
    ],
)
def test_a_template_that_breaks_a_rule_is_none(template: str) -> None:
    assert not is_template(template)


def test_no_value_leads_elsewhere() -> None:
    values = VALUES | {"character": "../../etc", "line": "a/b", "take": "..", "emotion": "happy=0.6,calm=0.2"}
    assert str(fill("{character}/{line}/{emotion}/{take}", values)) == "etc/a_b/happy_0.6_calm_0.2/take"
