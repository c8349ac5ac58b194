/* timeouts.pml - engine/records/timeouts.h, D1 to D4: no read at time t sees what is due at t.
 *
 * One hold with a time-out, on one account. Its writer adds it to the heap, then commits; whoever
 * finds it due releases it. What a protocol commits is one step.
 *
 *   add, drop_first   quipui_timeouts_add(), take_out() with publish()
 *   release_due       release_due() of loop.inc.h: lapse(), the release, then the heap
 *   writer            run_unit(): clear_due(), attempt(), and a new draw when it has lapsed
 *   reader            quipui_read()
 *   poster            another unit, which posts the pending transfer
 *
 * PROGRAM 1: the writer, two reads, and time, which goes on as it likes
 * PROGRAM 2: the writer, a read, who posts the transfer, and time
 *
 * MUTANT 1 PROGRAM 1: adds the hold to the heap after it has committed (D1)
 * MUTANT 2 PROGRAM 1: moves the earliest due time on before it releases (D2)
 * MUTANT 3 PROGRAM 1: reads without a second look at the earliest due time (D3)
 * MUTANT 4 PROGRAM 1: reads without a second look at the rounds (D3)
 * MUTANT 5 PROGRAM 1: commits a hold that has lapsed (D4)
 * MUTANT 6 PROGRAM 2: releases a hold that was posted
 * MUTANT 7 PROGRAM 2: leaves a posted hold in the heap */
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
mtype hold = NEW;
byte due;          /* of the hold; under the heap's lock */
bool in_heap, locked;
byte earliest = NEVER, rounds;
bool reserved;     /* what the account shows */
byte settled;      /* ghost: how often the reservation was posted or released */
byte done;

inline lock()
{
    d_step { !locked -> locked = true }
}

inline drop()
{
    if
    :: in_heap -> rounds++; in_heap = false; earliest = NEVER
    :: else
    fi
}

/* Until nothing is due at `at`. */
inline release_due(at)
{
    lock();
    if
    :: in_heap && due <= at ->
       if
       :: MUTANT == 2 -> drop()
       :: else
       fi;
       if
       :: d_step { hold == NEW -> hold = LAPSED }
       :: d_step { hold == PENDING -> hold = EXPIRED; reserved = false; settled++ }
       :: d_step { hold == POSTED && MUTANT == 6 -> reserved = false; settled++ }
       :: hold != NEW && hold != PENDING && !(hold == POSTED && MUTANT == 6)
       fi;
       drop()
    :: else
    fi;
    locked = false
}

inline add(at)
{
    lock();
    d_step { due = at; in_heap = true };
    earliest = at;
    locked = false
}

proctype writer()
{
    byte at;

again:
    at = clock + TIMEOUT;
    if
    :: MUTANT != 1 -> add(at)
    :: else
    fi;
    if
    :: d_step { hold == NEW || (hold == LAPSED && MUTANT == 5) ->
                hold = PENDING; reserved = true };
       if
       :: MUTANT == 1 -> add(at)
       :: else
       fi
    :: hold == LAPSED && MUTANT != 5 ->
       /* quipui_redraw() */
       lock();
       drop();
       hold = NEW;
       locked = false;
       goto again
    fi;
    done++
}

proctype reader()
{
    byte now, before;
    bool saw;

again:
    now = clock;
    if
    :: earliest <= now -> release_due(now)
    :: else
    fi;
    before = rounds;
    d_step { saw = reserved; assert(!saw || hold == PENDING) };
    if
    :: MUTANT != 3 && earliest <= now -> goto again
    :: else
    fi;
    if
    :: MUTANT != 4 && rounds != before -> goto again
    :: else
    fi;
    /* A reservation that is seen is not due by the time the read began with. */
    assert(!saw || due > now);
    done++
}

/* It finds the hold pending and not due at its own time, and takes it. */
proctype poster()
{
    byte now, before;
    bool won;

again:
    now = clock;
    if
    :: earliest <= now -> release_due(now)
    :: else
    fi;
    before = rounds;
    if
    :: hold != PENDING -> goto over
    :: else
    fi;
    if
    :: earliest <= now || rounds != before -> goto again
    :: else
    fi;
    d_step {
        if
        :: hold == PENDING -> hold = POSTED; reserved = false; settled++; won = true
        :: else -> won = false
        fi
    };
    if
    :: !won -> goto again
    :: else
    fi;
    if
    :: MUTANT != 7 -> lock(); drop(); locked = false
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

init {
    atomic {
        run writer();
        run reader();
        run time();
        if
        :: PROGRAM == 1 -> run reader()
        :: else -> run poster()
        fi
    }
    done == 3;
    /* What is pending will be released, and what is not is in nobody's way. */
    assert(hold != PENDING || (in_heap && earliest == due));
    assert(hold == PENDING || !reserved);
    assert(settled <= 1);
    assert(hold != POSTED || !in_heap)
}
