"""R2 to R4: a snapshot registers its stamp in a read section, then reads at leisure. The writer
waits for sections, looks at what is registered, uses the version again. (A grace period as liburcu
promises it: what was done in a section that it waited for happens before its end; a section that it
did not wait for sees all from before its begin.)"""
PLACES = {"section": 0, "visible": 1, "snapshot": 0}
PLAIN = {"version": 1}


def snapshots():
    yield exchange("section", 1, "seq_cst")
    yield fence("seq_cst")
    stamp = yield load("visible", "rcu.visible visible_stamp")
    yield store("snapshot", stamp, "rcu.snapshot register_stamp")
    yield store("section", 0, "release")
    if stamp == 1:
        yield read("version")
    yield store("snapshot", 0, "rcu.snapshot unregister")


def reclaims():
    yield store("visible", 2, "rcu.visible make_visible")
    yield fence("seq_cst")
    yield load("section", "acquire", until=lambda value: value == 0)
    stamp = yield load("snapshot", "rcu.snapshot horizon")
    if stamp == 0 or stamp >= 2:
        yield write("version", 2)


REDUNDANT = {
    "rcu.snapshot register_stamp": "the grace period orders it (R4)",
    "rcu.visible visible_stamp": "as above",
    "rcu.visible make_visible": "as above",
}
THREADS = [snapshots, reclaims]
