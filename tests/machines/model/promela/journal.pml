/* journal.pml - engine/journal/journal.h, J1 to J4 and H1 to H3: what a call answers is durable, and
 * so is all that its answer hangs on.
 *
 * A unit is its timestamp. Accounts are 0 and 1. A frame that is written may be read by a recovery,
 * synced or not; what was answered must be in those that are synced. A recovery keeps the entries
 * below the last horizon. It is right if it keeps, of each account, all units up to the last one that
 * it keeps: a unit's timestamp is larger than `touched`, so for units that is "all below the horizon
 * are there". An expiry has a timestamp of the past, and an import those of long ago: what came
 * before and after them on account 0 is written down here.
 *
 *   worker      start(), do_next(), finish() of write/create_transfers.c; one event or two
 *   chain       the same with a chain of two
 *   expire      expire_slice() of loop.inc.h: quipui_expiries_begin(), the unit of the expiry,
 *               quipui_settle_expiry(), quipui_expiries_end()
 *   reader      quipui_read() and reading_end(): D3 of timeouts.h, then the wait
 *   looker      a lookup of the hold, which does not look whether something is due
 *   drawer      a call that draws a timestamp and changes nothing
 *   finder      a call that finds a transfer by its id and answers `exists`
 *   importer    a call whose units have timestamps of long ago; it runs alone
 *   creator     do_batch() of write/create_accounts.c: it creates account 1
 *   waiter      quipui_journal_sync() with quipui_waiters_wait()
 *   flusher     do_round() of journal/flusher.c: clock, floors, rings, frame, show
 *
 * PROGRAM 1 at length: two workers, each with a unit on either account, crosswise
 * PROGRAM 2 at length: a worker with two units, and a worker with one
 * PROGRAM 3: cas: what is posted is seen after the thread; a worker and a reader
 * PROGRAM 4: a chain of two, and another worker
 * PROGRAM 5 at length: a hold expires; a worker on its account, a reader, and time
 * PROGRAM 6 at length: a hold expires; a reader, which lets it, a lookup of the hold, and a drawer
 * PROGRAM 7: an import and a reader
 * PROGRAM 8 at length: a worker with two units, and a call that finds one of them by its id
 * PROGRAM 9: an account is created, and a unit names it
 * PROGRAM 10 at length: an import on the account of a hold that expires; a reader and time
 * PROGRAM 11: two calls that wait, one for what the other did, and a drawer; the flusher sleeps
 * PROGRAM 12: a worker with two units, and a reader
 *
 * MUTANT 1 PROGRAM 1: publishes its floor after it has drawn (J2)
 * MUTANT 2 PROGRAM 1: moves its floor on before the unit is in the ring (J1)
 * MUTANT 3 PROGRAM 1: the flusher reads the rings before the floors (H2)
 * MUTANT 4 PROGRAM 1: the flusher reads the floors before the clock (H2)
 * MUTANT 5 PROGRAM 1: shows the horizon before the frame is synced (H1)
 * MUTANT 6 PROGRAM 1: waits while its floor is still there (J4)
 * MUTANT 7 PROGRAM 1: takes no notice of floors: the clock is the horizon
 * MUTANT 8 PROGRAM 12: answers a read at once (H3)
 * MUTANT 9 PROGRAM 3: cas: reads `touched` before the totals
 * MUTANT 10 PROGRAM 4: puts a chain in the ring leg by leg, and its floor moves on between
 * MUTANT 11 PROGRAM 5: moves `earliest` on before the expiry is in the ring (J3)
 * MUTANT 12 PROGRAM 5: a read does not wait for an expiry that it may have seen (the barrier)
 * MUTANT 13 PROGRAM 6: publishes no floor while a hold expires (J3)
 * MUTANT 14 PROGRAM 6: draws the barrier before it publishes the floor (J3)
 * MUTANT 15 PROGRAM 6: clears the floor before the expiry is in the ring (J3)
 * MUTANT 16 PROGRAM 7: a read does not wait for an import that it may have seen (the barrier)
 * MUTANT 17 PROGRAM 7: an import moves its floor on unit by unit
 * MUTANT 18 PROGRAM 2: after a new draw the floor becomes the next event's, as if drawn with it
 * MUTANT 19 PROGRAM 8: a call that answers `exists` does not wait for what exists (H3)
 * MUTANT 20 PROGRAM 9: puts an account in the ring after others can see it
 * MUTANT 21 PROGRAM 9: the flusher looks at the ring of accounts before those of workers
 * MUTANT 22 PROGRAM 9: a unit's timestamp may be below that of an account that it names
 * MUTANT 23 PROGRAM 10: an import leaves what has fallen due by its draw
 * MUTANT 24 PROGRAM 6: raises the barrier after the expiry has taken effect
 * MUTANT 25 PROGRAM 11: a waiter that comes after its horizon was shown is taken in
 * MUTANT 26 PROGRAM 11: the flusher sleeps until it is called, even if somebody waits
 * MUTANT 27 PROGRAM 10: an import does not look at the latest that has expired
 * MUTANT 28 PROGRAM 10: a horizon may be below an expiry, and not below an import after it */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define NONE 255
#define BIT(t) (1 << (t))
#if PROGRAM == 10
#define DUE 6 /* later than all that the import draws at first */
#define LAST_TIME 7
#else
#define DUE 4
#define LAST_TIME 5
#endif
#define LAST_UNIT 12
#define EXPIRES (PROGRAM == 5 || PROGRAM == 6 || PROGRAM == 10)

/* Bits of what is not a unit at its timestamp. */
#define IMPORT 13
#define EXPIRY 14
#define ACCOUNT 15

byte last = 1;          /* the clock's word */
byte time_now = 1;
byte floors[2] = NONE, floor_of_expiries = NONE;
int rings[2], ring_of_expiries, ring_of_accounts; /* what is published and was not drained */
byte touched[2];
int units[2];           /* that have taken effect, by account */
int posted;             /* cas: what the totals of account 0 show */
byte earliest = NONE, latest, barrier;
bool expired, heap_locked;
byte created_at;        /* when account 1 was created; 0: others do not see it */
int written, synced;    /* on disk */
byte written_horizon, synced_horizon, durable = 1;
byte done, actors;

/* Ghosts. */
byte chain_at, imported_at, expired_at, account_at;
int before_expiry, after_expiry, naming;

/* The waiters' list, in program 11. */
byte waiting[2], served[2], calls, served_horizon;
/* So many that wait wake the flusher (waiters.h); NEVER: it is awake. */
#define NEVER 3
#define WAITING ((waiting[0] != NONE) + (waiting[1] != NONE))
byte awake_at = 1;

#define BELOW(h) (BIT(h) - 1)

/* What a recovery would find if this were the last frame. */
inline check_disk(there, horizon)
{
    assert((((units[0] | units[1]) & BELOW(horizon)) & ~there) == 0);
    if /* a chain is there or not */
    :: chain_at != 0 && (units[0] & BIT(chain_at)) ->
       assert((chain_at < horizon) == (chain_at + 1 < horizon))
    :: else
    fi;
    if /* an import is there or not: both of its units */
    :: imported_at != 0 && imported_at < horizon ->
       assert((there & BIT(IMPORT)) && (there & BIT(imported_at + 1)))
    :: else
    fi;
    if /* no gap before what was done after an expiry, or an import */
    :: after_expiry & there & BELOW(horizon) ->
       assert((there & BIT(EXPIRY)) && expired_at < horizon)
    :: else
    fi;
    if
    :: (there & BIT(EXPIRY)) && expired_at < horizon ->
       assert(((before_expiry & BELOW(LAST_UNIT + 1)) & ~(there & BELOW(horizon))) == 0);
       assert(!(before_expiry & BIT(IMPORT)) || ((there & BIT(IMPORT)) && imported_at < horizon))
    :: else
    fi;
    if /* an account stands before what names it, and is kept if that is */
    :: naming & there -> assert(there & BIT(ACCOUNT))
    :: else
    fi;
    if
    :: naming & there & BELOW(horizon) -> assert(account_at < horizon)
    :: else
    fi
}

inline draw(ts, count)
{
    d_step {
        ts = last + 1;
        if
        :: time_now > ts -> ts = time_now
        :: else
        fi;
        last = ts + count - 1;
        assert(last <= LAST_UNIT)
    }
}

inline raise_barrier(to)
{
    d_step {
        if
        :: barrier < to -> barrier = to
        :: else
        fi
    }
}

/* The unit of the expiry takes effect. */
inline let_it_expire()
{
    d_step {
        expired = true;
        before_expiry = units[0];
        expired_at = DUE - 1;
        if
        :: touched[0] > expired_at -> expired_at = touched[0]
        :: else
        fi;
        touched[0] = expired_at
    }
}

inline expire(at)
{
    d_step { !heap_locked -> heap_locked = true };
    d_step { /* clock_reach() */
        if
        :: last + 1 < at -> last = at - 1
        :: else
        fi
    };
    if
    :: MUTANT != 13 && MUTANT != 14 -> floor_of_expiries = last + 1
    :: else
    fi;
    if
    :: MUTANT != 24 -> draw(drawn, 1)
    :: else
    fi;
    if
    :: MUTANT == 14 -> floor_of_expiries = drawn
    :: else
    fi;
    if
    :: MUTANT != 24 -> raise_barrier(drawn)
    :: else
    fi;
    if
    :: earliest <= at ->
       latest = DUE;
       let_it_expire();
       if
       :: MUTANT == 11 -> earliest = NONE
       :: else
       fi;
       if
       :: MUTANT == 15 -> floor_of_expiries = NONE
       :: else
       fi;
       ring_of_expiries = BIT(EXPIRY);
       earliest = NONE
    :: else
    fi;
    if
    :: MUTANT == 24 -> draw(drawn, 1); raise_barrier(drawn)
    :: else
    fi;
    floor_of_expiries = NONE;
    heap_locked = false;
    drawn = 0
}

/* One unit on an account, at a timestamp; drawn again if it is not the latest there. */
inline commit(account, ts)
{
    won = false;
    do
    :: won -> break
    :: else ->
       if
       :: earliest <= ts -> expire(ts)
       :: else
       fi;
       d_step {
           if
           :: (touched[account] < ts || MUTANT == 22) && earliest > ts ->
              touched[account] = ts;
              units[account] = units[account] | BIT(ts);
              won = true;
              assert(ts >= written_horizon); /* nothing below it is still to come */
              if
              :: expired && account == 0 -> after_expiry = after_expiry | BIT(ts)
              :: else
              fi
           :: else
           fi
       };
       if
       :: !won && earliest > ts -> draw(ts, 1)
       :: else
       fi
    od;
    won = false
}

/* These are what the answer hangs on. */
inline check_answer(hangs_on)
{
    assert(((hangs_on) & BELOW(LAST_UNIT + 1) & ~(synced & BELOW(synced_horizon))) == 0)
}

/* Two events, or one, on one account each. */
proctype worker(byte me, first_account, second_account; bool both)
{
    byte ts, next, want, drawn;
    int made;
    bool won;

    if
    :: MUTANT != 1 -> floors[me] = last + 1
    :: else
    fi;
    if
    :: both -> draw(ts, 2)
    :: else -> draw(ts, 1)
    fi;
    if
    :: MUTANT == 1 -> floors[me] = ts
    :: else
    fi;
    next = ts + 1;
    commit(first_account, ts);
    if
    :: MUTANT == 2 -> floors[me] = next
    :: else
    fi;
    made = made | BIT(ts);
    want = ts;
    if
    :: PROGRAM == 3 -> posted = posted | BIT(ts)
    :: else
    fi;
    rings[me] = rings[me] | BIT(ts);
    if
    :: MUTANT == 18 -> floors[me] = ts + 1
    :: MUTANT != 2 && MUTANT != 18 && both -> floors[me] = next
    :: else
    fi;
    if
    :: both ->
       ts = next;
       commit(second_account, ts);
       made = made | BIT(ts);
       if
       :: ts > want -> want = ts
       :: else
       fi;
       if
       :: PROGRAM == 3 && second_account == 0 -> posted = posted | BIT(ts)
       :: else
       fi;
       rings[me] = rings[me] | BIT(ts)
    :: else
    fi;
    if
    :: MUTANT != 6 -> floors[me] = NONE
    :: else
    fi;
    durable > want;
    check_answer(made);
    floors[me] = NONE;
    done++
}

/* A chain: one leg on either account, two timestamps in a row. */
proctype chain(byte me)
{
    byte ts;
    bool won;

    floors[me] = last + 1;
    draw(ts, 2);
    do
    :: won -> break
    :: else ->
       d_step {
           if
           :: touched[0] < ts && touched[1] < ts ->
              touched[0] = ts;
              touched[1] = ts + 1;
              units[0] = units[0] | BIT(ts);
              units[1] = units[1] | BIT(ts + 1);
              chain_at = ts;
              won = true;
              assert(ts >= written_horizon)
           :: else
           fi
       };
       if
       :: !won -> draw(ts, 2)
       :: else
       fi
    od;
    if
    :: MUTANT == 10 ->
       rings[me] = rings[me] | BIT(ts);
       floors[me] = ts + 1;
       rings[me] = rings[me] | BIT(ts + 1)
    :: else -> rings[me] = rings[me] | BIT(ts) | BIT(ts + 1)
    fi;
    floors[me] = NONE;
    durable > ts + 1;
    check_answer(BIT(ts) | BIT(ts + 1));
    done++
}

proctype reader()
{
    byte want, at, drawn;
    int saw;
    bool saw_expired;

again:
    at = (time_now > last -> time_now : last);
    if
    :: earliest <= at -> expire(at)
    :: else
    fi;
    if
    :: PROGRAM == 3 ->
       if
       :: MUTANT == 9 -> want = touched[0]; saw = posted
       :: else -> saw = posted; want = touched[0]
       fi
    :: else -> d_step { saw = units[0]; want = touched[0]; saw_expired = expired }
    fi;
    if
    :: earliest <= at -> goto again
    :: else
    fi;
    if
    :: MUTANT != 12 && MUTANT != 16 && barrier > want -> want = barrier
    :: else
    fi;
    if
    :: MUTANT == 8
    :: else -> durable > want
    fi;
    d_step {
        check_answer(saw);
        assert(!saw_expired || ((synced & BIT(EXPIRY)) && expired_at < synced_horizon));
        assert(!(saw & BIT(IMPORT)) || ((synced & BIT(IMPORT)) && imported_at < synced_horizon))
    };
    done++
}

/* It sees the state of the hold. */
proctype looker()
{
    byte want;
    bool saw;

    saw = expired;
    want = barrier;
    if
    :: saw -> durable > want; assert((synced & BIT(EXPIRY)) && expired_at < synced_horizon)
    :: else
    fi;
    done++
}

/* It finds the unit of another that is settled, before that one has come to its ring. */
proctype finder(byte me)
{
    byte ts, want;
    int saw;

    floors[me] = last + 1;
    draw(ts, 1);
    saw = units[0] | units[1];
    want = last;
    floors[me] = NONE;
    if
    :: MUTANT == 19
    :: else -> durable > want
    fi;
    check_answer(saw);
    done++
}

proctype drawer(byte me)
{
    byte ts;

    floors[me] = last + 1;
    draw(ts, 1);
    floors[me] = NONE;
    ts = 0;
    done++
}

/* Two units with a timestamp of long ago, on accounts 0 and 1. In the log they stand at what was
 * drawn. */
proctype importer(byte me)
{
    byte ts, now, drawn;

    floors[me] = last + 1;
    draw(ts, 2);
    raise_barrier(ts + 1);
    now = ts;
    do /* run_unit(), as of its draw, or later if what was due later has expired */
    :: latest > now && MUTANT != 27 -> now = latest
    :: latest <= now && earliest <= now && MUTANT != 23 -> expire(now)
    :: d_step { (earliest > now || MUTANT == 23) && (latest <= now || MUTANT == 27) ->
           imported_at = ts;
           units[0] = units[0] | BIT(IMPORT);
           if
           :: expired -> after_expiry = after_expiry | BIT(ts)
           :: else
           fi
       };
       break
    od;
    rings[me] = rings[me] | BIT(IMPORT) | BIT(ts);
    if
    :: MUTANT == 17 -> floors[me] = ts + 1
    :: else
    fi;
    units[1] = units[1] | BIT(ts + 1);
    rings[me] = rings[me] | BIT(ts + 1);
    floors[me] = NONE;
    durable > ts + 1;
    check_answer(BIT(ts) | BIT(ts + 1));
    assert(synced & BIT(IMPORT));
    done++
}

/* It creates account 1. */
proctype creator(byte me)
{
    byte ts;

    floors[me] = last + 1;
    draw(ts, 1);
    account_at = ts;
    if
    :: MUTANT != 20 -> ring_of_accounts = BIT(ACCOUNT)
    :: else
    fi;
    d_step { created_at = ts; touched[1] = ts };
    if
    :: MUTANT == 20 -> ring_of_accounts = BIT(ACCOUNT)
    :: else
    fi;
    floors[me] = NONE;
    durable > ts;
    assert((synced & BIT(ACCOUNT)) && ts < synced_horizon);
    done++
}

/* A call with one event that names account 1; it may have drawn before the account was there. */
proctype namer(byte me)
{
    byte ts, want, drawn;
    bool won;

    floors[me] = last + 1;
    draw(ts, 1);
    if
    :: created_at != 0 ->
       commit(1, ts);
       d_step { naming = naming | BIT(ts); rings[me] = rings[me] | BIT(ts) };
       floors[me] = NONE;
       durable > ts;
       check_answer(BIT(ts));
       assert((synced & BIT(ACCOUNT)) && account_at < synced_horizon)
    :: created_at == 0 -> floors[me] = NONE
    fi;
    done++
}

/* quipui_journal_sync() up to `want`. */
inline sync(me, want)
{
    if
    :: durable > want
    :: else ->
       d_step { /* the lock of the waiters */
           if
           :: want < served_horizon && MUTANT != 25 -> served[me] = 1
           :: else ->
              waiting[me] = want;
              if
              :: WAITING >= awake_at -> awake_at = NEVER; wakes = true
              :: else
              fi
           fi
       };
       if
       :: wakes -> calls++
       :: else
       fi;
       served[me] == 1
    fi
}

/* The first creates a unit. The second reads it, or all that is there. */
proctype waiter(byte me)
{
    byte ts, drawn;
    bool won, wakes;

    if
    :: me == 0 ->
       floors[0] = last + 1;
       draw(ts, 1);
       commit(0, ts);
       rings[0] = rings[0] | BIT(ts);
       floors[0] = NONE
    :: else -> ts = touched[0]
    fi;
    sync(me, ts);
    if
    :: ts > 0 -> check_answer(BIT(ts))
    :: else
    fi;
    done++
}

proctype time()
{
    time_now = LAST_TIME; /* whenever it likes */
    done++
}

inline lower(floor)
{
    d_step {
        if
        :: floor < least -> least = floor
        :: else
        fi
    }
}

inline look_at_floors()
{
    lower(floors[0]);
    lower(floors[1]);
    if
    :: EXPIRES -> lower(floor_of_expiries)
    :: else
    fi
}

inline look_at(ring)
{
    d_step { drained = drained | ring; ring = 0 }
}

inline look_at_rings()
{
    if
    :: PROGRAM == 9 && MUTANT == 21 -> look_at(ring_of_accounts)
    :: else
    fi;
    look_at(rings[0]);
    look_at(rings[1]);
    if
    :: EXPIRES -> look_at(ring_of_expiries)
    :: PROGRAM == 9 && MUTANT != 21 -> look_at(ring_of_accounts)
    :: else
    fi
}

/* Append the frame; it is on disk, and then it is synced. */
inline append()
{
    d_step {
        if
        :: horizon < written_horizon -> horizon = written_horizon
        :: else
        fi;
        written = written | drained;
        written_horizon = horizon;
        check_disk(written, horizon)
    };
    if
    :: MUTANT == 5 -> durable = horizon
    :: else
    fi;
    d_step { synced = written; synced_horizon = written_horizon };
    durable = horizon
}

inline serve()
{
    d_step {
        served_horizon = horizon;
        if
        :: waiting[0] < horizon -> waiting[0] = NONE; served[0] = 1
        :: else
        fi;
        if
        :: waiting[1] < horizon -> waiting[1] = NONE; served[1] = 1
        :: else
        fi
    }
}

/* Would a round come further than the last one? */
#define NEWS \
    ((last + 1 > written_horizon && floors[0] > written_horizon && floors[1] > written_horizon && \
      floor_of_expiries > written_horizon) || \
     rings[0] != 0 || rings[1] != 0 || ring_of_expiries != 0 || ring_of_accounts != 0)

proctype flusher()
{
    byte horizon, least, seen_calls;
    int drained;
    bool was_news, stays;

    do
    :: done == actors -> break
    :: else ->
       d_step { seen_calls = calls; least = NONE };
       if
       :: MUTANT == 3 -> look_at_rings()
       :: else
       fi;
       if
       :: MUTANT == 4 -> look_at_floors()
       :: else
       fi;
again:
       horizon = last + 1;
       if
       :: MUTANT != 4 && MUTANT != 7 -> look_at_floors()
       :: else
       fi;
       if
       :: least < horizon -> horizon = least
       :: EXPIRES && least >= horizon && latest > horizon && MUTANT != 28 ->
          least = NONE;
          goto again
       :: else
       fi;
       if
       :: MUTANT != 3 -> look_at_rings()
       :: else
       fi;
       was_news = horizon > written_horizon || drained != 0;
       if
       :: was_news ->
          append();
          if
          :: PROGRAM == 11 -> serve()
          :: else
          fi
       :: else
       fi;
       /* It sleeps until there is news; in program 11 until it is called, or, while somebody waits,
        * until there is news. It does not sleep if it wrote and somebody waits. */
       d_step {
           stays = false;
           if
           :: WAITING == 0 -> awake_at = 1
           :: WAITING > 0 && was_news -> awake_at = NEVER; stays = true
           :: else -> awake_at = WAITING + 1
           fi
       }
       if
       :: PROGRAM == 11 ->
          stays || calls != seen_calls || done == actors ||
              (WAITING > 0 && NEWS && MUTANT != 26)
       :: else -> was_news || NEWS || done == actors
       fi;
       d_step { drained = 0; least = 0; horizon = 0; seen_calls = 0; was_news = false; stays = false }
    od
}

init {
    atomic {
        waiting[0] = NONE;
        waiting[1] = NONE;
        if
        :: PROGRAM == 1 -> actors = 2; run worker(0, 0, 1, true); run worker(1, 1, 0, true)
        :: PROGRAM == 2 ->
           actors = 2;
           run worker(0, 0, 1, true);
           run worker(1, 0, 0, false)
        :: PROGRAM == 3 -> actors = 2; run worker(0, 0, 0, true); run reader()
        :: PROGRAM == 4 -> actors = 2; run chain(0); run worker(1, 0, 0, false)
        :: PROGRAM == 5 ->
           actors = 3;
           earliest = DUE;
           run worker(0, 0, 0, false);
           run reader();
           run time()
        :: PROGRAM == 6 ->
           actors = 3;
           earliest = DUE;
           time_now = LAST_TIME;
           run reader();
           run looker();
           run drawer(0)
        :: PROGRAM == 7 -> actors = 2; run importer(0); run reader()
        :: PROGRAM == 8 -> actors = 2; run worker(0, 0, 1, true); run finder(1)
        :: PROGRAM == 9 -> actors = 2; run creator(0); run namer(1)
        :: PROGRAM == 10 ->
           actors = 3;
           earliest = DUE;
           run importer(0);
           run reader();
           run time()
        :: PROGRAM == 11 -> actors = 3; run waiter(0); run waiter(1); run drawer(1)
        :: PROGRAM == 12 -> actors = 2; run worker(0, 0, 1, true); run reader()
        fi;
        run flusher()
    }
    done == actors
}
