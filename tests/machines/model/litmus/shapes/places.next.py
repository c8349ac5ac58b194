"""A scan goes up to the last place handed out; all below are mapped."""
PLACES = {"next": 0}
PLAIN = {"mapped": 0}


def hands_out():
    yield write("mapped", 1)
    yield store("next", 1, "places.next take_new")


def scans():
    if (yield load("next", "places.next places_end")) == 1:
        yield read("mapped")


THREADS = [hands_out, scans]
