"""M2: a reader that finds the newest marker finds what it says, and the markers it leads to."""
PLACES = {"slot": 0}
PLAIN = {"first": 0, "second": 0}


def adds_first():
    yield write("first", 1)
    yield swap("slot", 0, 1, "slot.marker quipui_markers_add")


def adds_second():
    if (yield load("slot", "slot.marker marker_newest")) == 1:
        yield read("first")
        yield write("second", 1)
        yield swap("slot", 1, 2, "slot.marker quipui_markers_add")


def reads():
    newest = yield load("slot", "slot.marker marker_newest")
    if newest == 2:
        yield read("second")
    if newest != 0:
        yield read("first")


THREADS = [adds_first, adds_second, reads]
