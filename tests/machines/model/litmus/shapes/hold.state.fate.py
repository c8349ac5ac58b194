"""H3: the place of a transfer whose unit failed is used again; a reader that finds what is there
then does not find the hold still resolved by it."""
PLACES = {"hold": "pending", "version": 9}
PLAIN = {}


def fails():
    if (yield swap("hold", "pending", "posted", "hold.state change")) == "pending":
        yield store("hold", "pending", "hold.state set")
        yield store("version", 3, "knot.links knot_tie_to")


def looks_up():
    if (yield load("hold", "hold.state hold_word_of")) != "posted":
        return None
    version = yield load("version", "knot.links knot_version")
    if (yield load("hold", "hold.state hold_word_of")) == "posted":
        return version


def bad(_, version):
    return version == 3


REDUNDANT = {
    "hold.state change": "the word itself says who resolved it; needed in hold.state",
    "hold.state set": "as above",
    "hold.state hold_word_of": "the version, read between the looks, keeps them in order",
}
THREADS = [fails, looks_up]
