/* timeouts.pml - engine/records/timeouts.h, D1 to D5: no read at time t sees what is due at t.
 *
 * Two holds: 0 between accounts 0 and 1, 1 between accounts 1 and 2. A call lets expire what is due
 * on its own accounts, then, if the lock is free, one hold of the rest. What a protocol commits is
 * one step, and so is what a read copies: together, as of one instant.
 *
 *   add, drop         quipui_timeouts_add(), take_out() with its publish()
 *   release           expire_one() of loop.inc.h: quipui_timeouts_begin(), lapse(), the expiry,
 *                     then the heaps
 *   own, others       release_own(), release_others()
 *   writer            run_unit(): clear_due(), attempt(), and a new draw when it has lapsed
 *   reader            quipui_read() of one account, closely; all of it may be seen globally as well
 *   poster            another unit, which posts hold 0
 *
 * PROGRAM 1: the writer of hold 0, reads of accounts 0 and 1, and time, which goes on as it likes
 * PROGRAM 2: the writer of hold 0, a read of account 1, a unit that posts hold 0, and time
 * PROGRAM 3: hold 0 is pending and due after hold 1, which is too; reads of account 0 and of 1
 * PROGRAM 4: both are pending and due at once; reads of accounts 0 and 2, each with a slice to give
 *
 * MUTANT 1 PROGRAM 1: adds the hold to the heaps after it has committed (D1)
 * MUTANT 2 PROGRAM 1: moves the earliest due time on before the expiry (D2)
 * MUTANT 3 PROGRAM 1: reads without a second look at the earliest due time (D3)
 * MUTANT 4 PROGRAM 1: reads without a second look at the rounds (D3)
 * MUTANT 5 PROGRAM 1: commits a hold that has lapsed (D4)
 * MUTANT 6 PROGRAM 2: lets a hold expire that was posted
 * MUTANT 7 PROGRAM 2: leaves a posted hold in the heaps
 * MUTANT 8 PROGRAM 3: reads without a look at the latest that expired (D2, D3)
 * MUTANT 9 PROGRAM 4: goes on with its own account as if it were one of others (D5) */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define LAST 4
#define NEVER 100
#define TIMEOUT 2

mtype = { NEW, PENDING, LAPSED, POSTED, EXPIRED };

byte clock;
mtype hold[2] = NEW;
byte due[2];            /* under the lock */
bool in_heap[2], locked;
byte earliest[3] = NEVER, rounds[3], latest[3]; /* of each account */
byte settled[2];        /* ghost: how often the reservation was posted or expired */
byte done, expected;

/* Hold h is between accounts h and h + 1: an expiry on both is one step of the protocol. */
#define IS_OF(h, a) ((h) == (a) || (h) + 1 == (a))
#define DUE(h, at) (in_heap[h] && due[h] <= (at))

inline lock()
{
    d_step { !locked -> locked = true }
}

/* Each word is a step of its own, as it is for others. */
inline publish(a)
{
    d_step {
        earliest[a] = NEVER;
        if
        :: a < 2 && in_heap[a] -> earliest[a] = due[a]
        :: else
        fi;
        if
        :: a > 0 && in_heap[a - 1] && due[a - 1] < earliest[a] -> earliest[a] = due[a - 1]
        :: else
        fi
    }
}

inline drop(h)
{
    if
    :: in_heap[h] ->
       in_heap[h] = false;
       rounds[h]++;
       publish(h);
       rounds[h + 1]++;
       publish(h + 1)
    :: else
    fi
}

inline add(h, at)
{
    lock();
    d_step { due[h] = at; in_heap[h] = true };
    publish(h);
    publish(h + 1);
    locked = false
}

/* With the lock held. */
inline release(h)
{
    if
    :: latest[h] < due[h] -> latest[h] = due[h]
    :: else
    fi;
    if
    :: latest[h + 1] < due[h] -> latest[h + 1] = due[h]
    :: else
    fi;
    if
    :: MUTANT == 2 -> drop(h)
    :: else
    fi;
    if
    :: d_step { hold[h] == NEW -> hold[h] = LAPSED }
    :: d_step { hold[h] == PENDING -> hold[h] = EXPIRED; settled[h]++ }
    :: d_step { hold[h] == POSTED && MUTANT == 6 -> settled[h]++ }
    :: hold[h] != NEW && hold[h] != PENDING && !(hold[h] == POSTED && MUTANT == 6)
    fi;
    drop(h)
}

/* All that is due on account a, one hold in each holding of the lock. */
inline own(a, at)
{
    do
    :: earliest[a] <= at && MUTANT != 9 ->
       lock();
       if
       :: IS_OF(0, a) && DUE(0, at) -> release(0)
       :: IS_OF(1, a) && DUE(1, at) -> release(1)
       :: else
       fi;
       locked = false
    :: else -> break
    od
}

/* A slice of one, if the lock is free. */
inline others(at)
{
    if
    :: d_step { !locked && slice > 0 && (DUE(0, at) || DUE(1, at)) -> locked = true };
       slice--;
       if
       :: DUE(0, at) && (!DUE(1, at) || due[0] <= due[1]) -> release(0)
       :: DUE(1, at) && (!DUE(0, at) || due[1] <= due[0]) -> release(1)
       :: else
       fi;
       locked = false
    :: true /* somebody is, or nothing is due */
    fi
}

proctype writer()
{
    byte at;

again:
    at = clock + TIMEOUT;
    if
    :: MUTANT != 1 -> add(0, at)
    :: else
    fi;
    if
    :: d_step { hold[0] == NEW || (hold[0] == LAPSED && MUTANT == 5) -> hold[0] = PENDING };
       if
       :: MUTANT == 1 -> add(0, at)
       :: else
       fi
    :: hold[0] == LAPSED && MUTANT != 5 ->
       /* quipui_redraw() */
       lock();
       drop(0);
       hold[0] = NEW;
       locked = false;
       goto again
    fi;
    done++
}

proctype reader(byte a)
{
    byte now, before, slice = 1;
    bool saw[2], gone[2];

again:
    now = clock;
    if
    :: now < latest[a] && MUTANT != 8 -> now = latest[a]
    :: else
    fi;
    own(a, now);
    others(now);
    before = rounds[a];
    d_step {
        saw[0] = IS_OF(0, a) && hold[0] == PENDING;
        saw[1] = IS_OF(1, a) && hold[1] == PENDING;
        gone[0] = IS_OF(0, a) && hold[0] == EXPIRED;
        gone[1] = IS_OF(1, a) && hold[1] == EXPIRED
    };
    if
    :: MUTANT != 3 && MUTANT != 9 && earliest[a] <= now -> goto again
    :: else
    fi;
    if
    :: MUTANT != 4 && rounds[a] != before -> goto again
    :: else
    fi;
    if
    :: MUTANT != 8 && latest[a] > now -> goto again
    :: else
    fi;
    d_step {
        /* A reservation that is seen is not due by the time the read is of. */
        assert(!saw[0] || due[0] > now);
        assert(!saw[1] || due[1] > now);
        /* And one that is not seen any more was due: the read is of one instant. */
        assert(!gone[0] || due[0] <= now);
        assert(!gone[1] || due[1] <= now);
        done++
    }
}

/* It finds hold 0 pending and not due at its own time, and takes it. */
proctype poster()
{
    byte now, before, slice = 1;
    bool won;

again:
    now = clock;
    own(0, now);
    own(1, now);
    others(now);
    before = rounds[0];
    if
    :: hold[0] != PENDING -> goto over
    :: else
    fi;
    if
    :: earliest[0] <= now || rounds[0] != before -> goto again
    :: else
    fi;
    d_step {
        if
        :: hold[0] == PENDING -> hold[0] = POSTED; settled[0]++; won = true
        :: else -> won = false
        fi
    };
    if
    :: !won -> goto again
    :: else
    fi;
    if
    :: MUTANT != 7 -> lock(); drop(0); locked = false
    :: else
    fi;
over:
    done++
}

proctype time()
{
    do
    :: clock < LAST -> clock++
    :: break
    od
}

/* Pending from the start. */
inline hold_from_start(h, at)
{
    hold[h] = PENDING;
    due[h] = at;
    in_heap[h] = true;
    publish(h);
    publish(h + 1)
}

init {
    atomic {
        if
        :: PROGRAM == 1 -> expected = 3; run writer(); run reader(0); run reader(1)
        :: PROGRAM == 2 -> expected = 3; run writer(); run reader(1); run poster()
        :: PROGRAM == 3 ->
           expected = 2;
           hold_from_start(0, 3);
           hold_from_start(1, 2);
           run reader(0);
           run reader(1)
        :: PROGRAM == 4 ->
           expected = 2;
           hold_from_start(0, 2);
           hold_from_start(1, 2);
           run reader(0);
           run reader(2)
        fi;
        run time()
    }
    done == expected;
    /* What is pending will be released, and what is not is in nobody's way. */
    assert(hold[0] != PENDING || (in_heap[0] && earliest[0] == due[0]));
    assert(hold[1] != PENDING || (in_heap[1] && earliest[2] == due[1]));
    assert(settled[0] <= 1 && settled[1] <= 1);
    assert(hold[0] != POSTED || !in_heap[0])
}
