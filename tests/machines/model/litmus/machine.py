"""machine - all behaviours of a few small threads under the C11 memory model, one by one.

The promise-free view machine: Kang et al., "A Promising Semantics for Relaxed-Memory Concurrency",
POPL 2017, without promises; the same as RC11 (Lahav et al., PLDI 2017) but for seq_cst, see below.

    memory   per location all stores so far, in modification order; each with the view it releases
    view     per location the oldest store that may still be read; and per thread how far its plain
             accesses are known, which finds data races as a vector clock does
    thread   three views: what it sees, what it will see after an acquire fence, and what a
             relaxed store releases (since the last release fence)

A load picks any store that its view admits; a store goes to any place after what its view admits,
but not between a store and the read-modify-write that took it. Acquire joins the view of the store
that was read; release stores the thread's own. A read-modify-write passes on the view it read (the
release sequence, as of C++20: it ends at other stores of the same thread).

seq_cst accesses are in one order, that of execution: a load sees the last such store or newer. RC11
is a little weaker where seq_cst and other accesses are mixed in one place. No load buffering: C11
lets a load see a store that depends on it; this machine, like RC11, does not. Such shapes are seen
where the location is plain, since then they are races.

A thread is a generator function. It yields what it does, gets back what was read, and returns what
it found out."""

RACE = "data race"


def load(place, order="relaxed", until=None):
    """With `until`: waits for such a value."""
    return ("load", place, order, until)


def store(place, value, order="relaxed"):
    return ("store", place, value, order)


def exchange(place, value, order="relaxed"):
    return ("swap", place, lambda seen: value, order, "relaxed")


def swap(place, expected, value, order="relaxed", failure=None):
    """A compare-and-swap; the value seen comes back. Failure orders are those of atomic.h."""
    return ("swap", place, lambda seen: value if seen == expected else None, order, failure)


def add(place, amount, order="relaxed"):
    return ("swap", place, lambda seen: seen + amount, order, "relaxed")


def take(place, expected, value, order="relaxed"):
    """A compare-and-swap, again and again until it succeeds."""
    return ("take", place, lambda seen: value if seen == expected else None, order, "relaxed")


def fence(order):
    """acquire, release, acq_rel, seq_cst, or relaxed, which is none."""
    return ("fence", order)


def read(place):
    return ("read", place)


def write(place, value):
    return ("write", place, value)


ACQUIRES = {"acquire", "acq_rel", "seq_cst"}
RELEASES = {"release", "acq_rel", "seq_cst"}


def join(one, other):
    return tuple(map(max, one, other))


def at(view, i, value):
    return view[:i] + (value,) + view[i + 1:]


class Machine:
    """A state is (stores per place, marks per plain place, seq_cst, threads): see start()."""

    def __init__(self, places, plain, threads):
        self.places = list(places) + list(plain)
        self.first = tuple(list(places.values()) + list(plain.values()))
        self.plain = {self.places.index(name) for name in plain}
        self.threads = threads
        self.width = len(self.places) + len(threads)
        self.known = {}

    def start(self):
        bottom = (0,) * self.width
        memory = tuple(((value, bottom, False),) for value in self.first)
        marks = tuple(((0,) * len(self.threads),) * 2 for _ in self.first)
        ordered = (bottom, (0,) * len(self.places))  # of fences; per place of accesses
        return (memory, marks, ordered, tuple(((), (bottom,) * 3) for _ in self.threads))

    def next_of(self, which, history):
        """What the thread does after it was given this history: (False, step) or (True, result)."""
        key = (which, history)
        if key not in self.known:
            thread, step = self.threads[which](), None
            try:
                step = next(thread)
                for value in history:
                    step = thread.send(value)
                self.known[key] = (False, step)
            except StopIteration as end:
                self.known[key] = (True, end.value)
        return self.known[key]

    def outcomes(self):
        """(results of all threads or RACE: a way there), and how many states there were."""
        found, seen, stack = {}, set(), [self.start()]
        while stack:
            state = stack.pop()
            if state in seen:
                continue
            seen.add(state)
            ends = [self.next_of(i, thread[0]) for i, thread in enumerate(state[3])]
            if all(done for done, _ in ends):
                found[tuple(result for _, result in ends)] = True
            for i, (done, step) in enumerate(ends):
                if done:
                    continue
                for after in self.steps(state, i, step):
                    if after is RACE:
                        found[RACE] = True
                    else:
                        stack.append(after)
        return found, len(seen)

    def steps(self, state, i, step):
        if step[0] == "fence":
            return [self.do_fence(state, i, step[1])]
        place = self.places.index(step[1])
        if (step[0] in ("read", "write")) != (place in self.plain):
            raise ValueError(f"{step[1]} is {'plain' if place in self.plain else 'atomic'}")
        do = {"load": self.do_load, "store": self.do_store, "swap": self.do_swap,
              "take": self.do_swap, "read": self.do_read, "write": self.do_write}[step[0]]
        return list(do(state, i, place, *step[2:], *([step[0] == "take"] if do == self.do_swap
                                                     else [])))

    def with_thread(self, state, i, value, views, memory=None, marks=None, ordered=None):
        history, _ = state[3][i]
        threads = state[3][:i] + ((history + (value,), views),) + state[3][i + 1:]
        return (memory or state[0], marks or state[1], ordered or state[2], threads)

    def do_load(self, state, i, place, order, until):
        seen, coming, released = state[3][i][1]
        lowest = seen[place]
        if order == "seq_cst":
            lowest = max(lowest, state[2][1][place])
        for k in range(lowest, len(state[0][place])):
            value, view, _ = state[0][place][k]
            if until is not None and not until(value):
                continue
            sees, comes = self.after_load(seen, coming, place, k, view, order)
            yield self.with_thread(state, i, value, (sees, comes, released))

    @staticmethod
    def after_load(seen, coming, place, k, view, order):
        sees = at(seen, place, max(k, seen[place]))
        comes = join(at(coming, place, max(k, coming[place])), view)
        return (join(sees, view), comes) if order in ACQUIRES else (sees, comes)

    def insert(self, state, place, k):
        """The state with all that is said of stores from k on in this place moved up by one."""
        def moved(view):
            return at(view, place, view[place] + 1) if view[place] >= k else view

        memory = tuple(tuple((v, moved(view), tied) for v, view, tied in row) for row in state[0])
        threads = tuple((history, tuple(map(moved, views))) for history, views in state[3])
        return (memory, state[1], (moved(state[2][0]), moved(state[2][1])), threads)

    def put(self, state, i, place, k, value, inherited, order, result):
        """A store at k in the order of this place."""
        state = self.insert(state, place, k)
        seen, coming, released = state[3][i][1]
        seen, coming = at(seen, place, k), at(coming, place, max(k, coming[place]))
        view = at(seen if order in RELEASES else released, place, k)
        if inherited is not None:
            view = join(view, at(inherited, place, k))
        row = state[0][place]
        row = row[:k] + ((value, view, inherited is not None),) + row[k:]
        memory = state[0][:place] + (row,) + state[0][place + 1:]
        ordered = state[2]
        if order == "seq_cst":
            ordered = (ordered[0], at(ordered[1], place, k))
        return self.with_thread(state, i, result, (seen, coming, released), memory, None, ordered)

    def do_store(self, state, i, place, value, order):
        row = state[0][place]
        lowest = state[3][i][1][0][place]
        if order == "seq_cst":
            lowest = max(lowest, state[2][1][place])
        for k in range(lowest + 1, len(row) + 1):
            if k == len(row) or not row[k][2]:
                yield self.put(state, i, place, k, value, None, order, None)

    def do_swap(self, state, i, place, change, order, failure, waits):
        seen, coming, released = state[3][i][1]
        row = state[0][place]
        failure = failure or ("acquire" if order in ("acquire", "acq_rel") else "relaxed")
        for k in range(seen[place], len(row)):
            value, view, _ = row[k]
            new = change(value)
            if new is None:
                if not waits:
                    sees, comes = self.after_load(seen, coming, place, k, view, failure)
                    yield self.with_thread(state, i, value, (sees, comes, released))
                continue
            if order == "seq_cst" and k < state[2][1][place]:
                continue
            if k + 1 < len(row) and row[k + 1][2]:
                continue
            sees, comes = self.after_load(seen, coming, place, k, view, order)
            threads = list(state[3])
            threads[i] = (threads[i][0], (sees, comes, released))
            between = (state[0], state[1], state[2], tuple(threads))
            inherited = self.insert(between, place, k + 1)[0][place][k][1]
            yield self.put(between, i, place, k + 1, new, inherited, order, value)

    def do_fence(self, state, i, order):
        seen, coming, released = state[3][i][1]
        ordered = state[2]
        if order in ACQUIRES:
            seen = coming
        if order == "seq_cst":
            seen = coming = join(seen, ordered[0])
            ordered = (seen, ordered[1])
        if order in RELEASES:
            released = seen
        return self.with_thread(state, i, None, (seen, coming, released), None, None, ordered)

    def do_read(self, state, i, place):
        row, (_, writes) = state[0][place], state[1][place]
        yield self.touch(state, i, place, writes, 0, row[-1][0])

    def do_write(self, state, i, place, value):
        reads, writes = state[1][place]
        after = self.touch(state, i, place, join(reads, writes), 1, None)
        if after is not RACE:
            memory = after[0][:place] + (((value, (0,) * self.width, False),),)
            after = (memory + after[0][place + 1:],) + after[1:]
        yield after

    def touch(self, state, i, place, against, kind, value):
        """A plain access: it must know all that it conflicts with."""
        base = len(self.places)
        seen, coming, released = state[3][i][1]
        if any(against[j] > seen[base + j] for j in range(len(self.threads)) if j != i):
            return RACE
        now = seen[base + i] + 1
        seen, coming = at(seen, base + i, now), at(coming, base + i, now)
        both = list(state[1][place])
        both[kind] = at(both[kind], i, now)
        marks = state[1][:place] + (tuple(both),) + state[1][place + 1:]
        return self.with_thread(state, i, value, (seen, coming, released), None, marks)
