from tms import clock as tms_clock


def test_the_clock_moves_only_when_told(clock):
    assert tms_clock.now().isoformat() == "2026-11-22T09:00:00+00:00"
    assert tms_clock.now() == tms_clock.now()
    clock.set("2026-03-29 00:59:59", "Europe/London")
    clock.move(seconds=1)
    assert tms_clock.now().isoformat() == "2026-03-29T01:00:00+00:00"
    assert clock.on("Europe/London").isoformat() == "2026-03-29"
