"""quipu - the ledger for Python: the calls of quipu.h over numpy arrays of records.

A record is an element of a numpy array: accounts(n) and transfers(n) give zeroed ones, and the
library reads and writes the arrays themselves; nothing is converted. A field of 128 bits is two
words, low and high: set_wide() and wide() convert it from and to Python's integers.

    with quipu.Ledger() as ledger:
        them = quipu.accounts(2)
        quipu.set_wide(them["id"], [1, 2])
        them["ledger"], them["code"] = 978, 1
        results = ledger.create_accounts(them)

A call that fails raises quipu.Error with its status; what became of each event is in the results.
Every call is safe from any thread, and lets other threads of Python run meanwhile.
"""
import os
import threading
import time

import cffi
import numpy

__all__ = ["ACCOUNT", "TRANSFER", "RESULT", "BALANCE", "CREATED", "Error", "Ledger", "accounts",
           "transfers", "set_wide", "wide", "new_id", "outcome_name", "version"]

WIDE = ("<u8", (2,))

ACCOUNT = numpy.dtype([
    ("id", *WIDE), ("debits_pending", *WIDE), ("debits_posted", *WIDE),
    ("credits_pending", *WIDE), ("credits_posted", *WIDE), ("user_data_128", *WIDE),
    ("user_data_64", "<u8"), ("user_data_32", "<u4"), ("reserved", "<u4"), ("ledger", "<u4"),
    ("code", "<u2"), ("flags", "<u2"), ("timestamp", "<u8")])
TRANSFER = numpy.dtype([
    ("id", *WIDE), ("debit_account_id", *WIDE), ("credit_account_id", *WIDE), ("amount", *WIDE),
    ("pending_id", *WIDE), ("user_data_128", *WIDE), ("user_data_64", "<u8"),
    ("user_data_32", "<u4"), ("timeout", "<u4"), ("ledger", "<u4"), ("code", "<u2"),
    ("flags", "<u2"), ("timestamp", "<u8")])
RESULT = numpy.dtype([("timestamp", "<u8"), ("status", "<u4"), ("reserved", "<u4")])
BALANCE = numpy.dtype([
    ("debits_pending", *WIDE), ("debits_posted", *WIDE), ("credits_pending", *WIDE),
    ("credits_posted", *WIDE), ("timestamp", "<u8"), ("reserved", "u1", (56,))])
EXPECTATION = numpy.dtype([("account_id", *WIDE), ("version", "<u8"), ("reserved", "<u8")])
FILTER = numpy.dtype([
    ("account_id", *WIDE), ("user_data_128", *WIDE), ("user_data_64", "<u8"),
    ("user_data_32", "<u4"), ("code", "<u2"), ("reserved", "u1", (58,)),
    ("timestamp_min", "<u8"), ("timestamp_max", "<u8"), ("limit", "<u4"), ("flags", "<u4")])
COUNTERS = ("accounts", "account_capacity", "transfers", "transfer_capacity", "failed_ids",
            "failed_id_capacity", "holds", "timeouts", "workers", "table_bytes", "open_holds",
            "expiries", "conflicts", "retries", "journal_bytes", "journal_lag")

CREATED = 0xFFFFFFFF
PROTOCOLS = {"optimistic": 0, "cas": 1, "mutex": 2, "rcu": 3}
DEBITS, CREDITS, REVERSED = 1, 2, 4

# Records are passed by address: their layout is above, once, and part of the interface.
_ffi = cffi.FFI()
_ffi.cdef("""
    typedef struct quipu_options {
        int protocol, durability;
        uint64_t account_capacity, transfer_capacity;
        const char *path;
        void *clock, *clock_context;
        uint32_t prefault;
        int reads;
        uint64_t flush_interval, checkpoint_bytes, failed_id_capacity;
    } quipu_options;
    int quipu_open(const quipu_options *, void **);
    int quipu_connect(const char *, const void *, void **);
    int quipu_close(void *);
    int quipu_sync(void *);
    int quipu_create_accounts(void *, const void *, size_t, void *);
    int quipu_create_transfers(void *, const void *, size_t, void *);
    int quipu_commit(void *, const void *, size_t, const void *, size_t, void *, void *);
    int quipu_lookup_accounts(void *, const void *, size_t, void *, uint64_t *);
    int quipu_lookup_transfers(void *, const void *, size_t, void *, void *);
    int quipu_get_account_transfers(void *, const void *, void *, size_t, size_t *);
    int quipu_get_account_balances(void *, const void *, void *, size_t, size_t *);
    int quipu_stats(void *, void *);
    const char *quipu_version(void);
    const char *quipu_status_text(int);
    const char *quipu_outcome_name(int, uint32_t);
""")
_library = _ffi.dlopen(os.environ.get("QUIPU_LIBRARY", "libquipu.so.0"))


class Error(Exception):
    """A call that did not work; `status` is its quipu_status."""

    def __init__(self, status):
        super().__init__(_ffi.string(_library.quipu_status_text(status)).decode())
        self.status = status


INVALID, CONFLICT, UNSUPPORTED, NO_MEMORY, NO_SPACE, IO, CORRUPT, BUSY, FENCED = range(1, 10)


def version():
    """That of the library."""
    return _ffi.string(_library.quipu_version()).decode()


def outcome_name(status, of_account=False):
    """The name of a result's status: "CREATED", "EXCEEDS_CREDITS"."""
    return _ffi.string(_library.quipu_outcome_name(0 if of_account else 1, int(status))).decode()


def _zeros(count, dtype):
    """Records that begin at a multiple of 16 bytes, as the library wants them."""
    raw = numpy.zeros(count * dtype.itemsize + 16, dtype="u1")
    skip = -raw.ctypes.data % 16
    return raw[skip:skip + count * dtype.itemsize].view(dtype)


def accounts(count):
    return _zeros(count, ACCOUNT)


def transfers(count):
    return _zeros(count, TRANSFER)


def set_wide(field, values):
    """Store Python's integers into a field of 128 bits, of one record or of all."""
    values = numpy.asarray(values, dtype=object)
    field[..., 0] = (values & 0xFFFFFFFFFFFFFFFF).astype("<u8") if values.ndim else \
        int(values) & 0xFFFFFFFFFFFFFFFF
    field[..., 1] = (values >> 64).astype("<u8") if values.ndim else int(values) >> 64


def wide(field):
    """A field of 128 bits as Python's integers: one, or an array of objects."""
    if field.ndim == 1:
        return int(field[1]) << 64 | int(field[0])
    return field[..., 0].astype(object) + (field[..., 1].astype(object) << 64)


_last_id = 0
_id_lock = threading.Lock()


def new_id():
    """A time-ordered id, as quipu_id() gives them; monotone within the process."""
    global _last_id
    fresh = time.time_ns() // 1000000 << 80 | int.from_bytes(os.urandom(10), "little")
    with _id_lock:
        _last_id = fresh if fresh >> 80 > _last_id >> 80 else _last_id + 1
        return _last_id


def _ids(ids):
    found = _zeros(len(ids), numpy.dtype([("id", *WIDE)]))
    set_wide(found["id"], list(ids))
    return found


def _checked(records, dtype):
    """The records as the library can read them: of this type, in a row, aligned."""
    if records.dtype != dtype:
        raise TypeError(f"records of {dtype} are wanted")
    if records.flags.c_contiguous and records.ctypes.data % 16 == 0:
        return records
    copy = _zeros(records.size, dtype)
    copy[:] = records.reshape(-1)
    return copy


def _at(array):
    return _ffi.cast("void *", array.ctypes.data)


def _must(status):
    if status != 0:
        raise Error(status)


class Ledger:
    """A ledger: in memory, in a directory (path), or a daemon's (socket)."""

    def __init__(self, path=None, *, socket=None, protocol="optimistic", account_capacity=0,
                 transfer_capacity=0, buffered=False):
        handle = _ffi.new("void **")
        self._handle = None
        if socket is not None:
            _must(_library.quipu_connect(os.fsencode(socket), _ffi.NULL, handle))
        else:
            kept = _ffi.new("char[]", os.fsencode(path)) if path is not None else _ffi.NULL
            options = _ffi.new("quipu_options *", {
                "protocol": PROTOCOLS[protocol], "durability": 2 if buffered else 0,
                "account_capacity": account_capacity, "transfer_capacity": transfer_capacity,
                "path": kept})
            _must(_library.quipu_open(options, handle))
        self._handle = handle[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _open(self):
        if self._handle is None:
            raise Error(INVALID)
        return self._handle

    def close(self):
        """Close it; once more is no mistake."""
        if self._handle is None:
            return
        status = _library.quipu_close(self._handle)
        if status != BUSY:
            self._handle = None
        _must(status)

    def sync(self):
        _must(_library.quipu_sync(self._open()))

    def create_accounts(self, events):
        events = _checked(events, ACCOUNT)
        results = _zeros(events.size, RESULT)
        _must(_library.quipu_create_accounts(self._open(), _at(events), events.size, _at(results)))
        return results

    def create_transfers(self, events):
        events = _checked(events, TRANSFER)
        results = _zeros(events.size, RESULT)
        _must(_library.quipu_create_transfers(self._open(), _at(events), events.size,
                                              _at(results)))
        return results

    def commit(self, versions, events):
        """Create transfers only if these accounts, {id: version}, are still at these versions;
        otherwise Error with the status CONFLICT."""
        events = _checked(events, TRANSFER)
        expectations = _zeros(len(versions), EXPECTATION)
        results = _zeros(events.size, RESULT)
        set_wide(expectations["account_id"], list(versions))
        expectations["version"] = list(versions.values())
        _must(_library.quipu_commit(self._open(), _at(expectations), expectations.size,
                                    _at(events), events.size, _at(results), _ffi.NULL))
        return results

    def lookup_accounts(self, ids):
        """Accounts, and their versions; id 0: not found."""
        wanted = _ids(ids)
        found, versions = accounts(wanted.size), numpy.zeros(wanted.size, dtype="<u8")
        _must(_library.quipu_lookup_accounts(self._open(), _at(wanted), wanted.size, _at(found),
                                             _ffi.cast("uint64_t *", versions.ctypes.data)))
        return found, versions

    def lookup_transfers(self, ids):
        wanted = _ids(ids)
        found = transfers(wanted.size)
        _must(_library.quipu_lookup_transfers(self._open(), _at(wanted), wanted.size, _at(found),
                                              _ffi.NULL))
        return found

    def _of_account(self, call, dtype, account_id, limit, first, last, is_reversed):
        of, count = _zeros(1, FILTER), _ffi.new("size_t *")
        set_wide(of["account_id"][0], account_id)
        of["limit"], of["timestamp_min"], of["timestamp_max"] = limit, first, last
        of["flags"] = DEBITS | CREDITS | (REVERSED if is_reversed else 0)
        found = _zeros(limit, dtype)
        _must(call(self._open(), _at(of), _at(found), limit, count))
        return found[:count[0]]

    def account_transfers(self, account_id, limit=1000, *, first=0, last=0, is_reversed=False):
        """Transfers of one account with timestamps from `first` to `last`, oldest first."""
        return self._of_account(_library.quipu_get_account_transfers, TRANSFER, account_id, limit,
                                first, last, is_reversed)

    def account_balances(self, account_id, limit=1000, *, first=0, last=0, is_reversed=False):
        """Totals of one account right after each of its transfers."""
        return self._of_account(_library.quipu_get_account_balances, BALANCE, account_id, limit,
                                first, last, is_reversed)

    def stats(self):
        """What quipu_stats() counts, by name."""
        counters = numpy.zeros(len(COUNTERS), dtype="<u8")
        _must(_library.quipu_stats(self._open(), _at(counters)))
        return dict(zip(COUNTERS, counters.tolist()))
