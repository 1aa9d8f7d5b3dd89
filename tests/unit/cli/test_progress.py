"""How far the work is: rate and time left, on a terminal and in a log."""

from servanda.cli.outcome import Progress


def test_rate_and_time_left_count_only_what_was_done_now(capsys) -> None:
    tell = Progress("Comparing")
    tell.live = True  # somebody watches
    tell(60, 100, 0.0)
    tell(70, 100, 20.0)
    said = capsys.readouterr().err
    assert "60/100 chunks stand finished" in said
    assert "70/100 chunks, 30.0/min, 20 s, about 60 s left" in said


def test_a_log_gets_a_line_now_and_then(capsys) -> None:
    tell = Progress("Comparing")
    for second in range(101):
        tell(second, 100, float(second))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in lines] == ["30/100", "60/100", "90/100", "100/100"]


def test_short_work_and_quiet_work_say_nothing(capsys) -> None:
    tell = Progress("Comparing")
    tell(0, 2, 0.0)
    tell(2, 2, 3.0)
    Progress("Comparing", quiet=True)(50, 100, 500.0)
    assert capsys.readouterr().err == ""
