"""A thread that sees the new size touches a page that mprotect() has opened. (A page is no memory
location of C11; that it is open is modelled as one.)"""
PLACES = {"usable": 0}
PLAIN = {"open": 0}


def extends():
    yield write("open", 1)
    yield store("usable", 1, "region.usable extend")


def touches():
    if (yield load("usable", "region.usable region_ensure")) == 1:
        yield read("open")


THREADS = [extends, touches]
