"""What the surveys' flow and the feedback form say."""

from flows.log_feedback import told as logged
from flows.surveys import told
from steps.surveys import Standing, SurveyReport


def test_surveys_in_words_and_counts_without_names() -> None:
    found = [Standing("clinic", 1, 3, "Grants", 20, 12, 9, 0, "2026-12-01T16:00:00+00:00")]
    assert told(SurveyReport(opened=2, closed=1), found) == (
        "2 surveys were opened, 1 was closed.\n\n"
        "| survey | session | opened | asked | answered | complete | still open |\n"
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |\n"
        "| clinic | 3 | 2026-12-01 | 20 | 12 | 9 | 0 |"
    )
    assert told(SurveyReport(opened=1), [], dry_run=True) == "1 survey would be opened."
    assert told(SurveyReport(), []) == "Nothing was due."


def test_feedback_names_numbers_only() -> None:
    assert logged(7, 0) == "Nothing was changed: this was a dry run. Mail 7 waits and can be logged."
    assert logged(7, 3) == "Mail 7 is in the feedback log as number 3, and waits no more."
