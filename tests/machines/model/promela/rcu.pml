/* rcu.pml - engine/protocol/rcu/rcu.c and versions.c: publish, show, retire; reuse after a grace period.
 *
 * Two accounts, each a list of versions from a small pool; one writer, which changes both in each
 * commit and reclaims at once; a value is the stamp of its commit, so a pair of values that differ
 * is not of one instant.
 *
 *   publish        publish()         make_visible  make_visible()   retire  quipui_version_retire()
 *   reclaim        reclaim(), horizon(), quipui_versions_reclaim()
 *   grace period   quipui_grace_wait(): all sections that were open when it began have ended
 *   read_at        read_at(), step by step
 *
 * PROGRAM 1: the writer, and two reads of both accounts
 * PROGRAM 2: the writer, a read, and a snapshot, which registers its stamp and reads at leisure
 *
 * MUTANT 1 PROGRAM 1: makes the stamp visible before it publishes (R1)
 * MUTANT 2 PROGRAM 1: retires and reclaims before it makes the stamp visible (R1)
 * MUTANT 3 PROGRAM 1: uses versions again without a grace period (R3)
 * MUTANT 4 PROGRAM 2: uses versions again without a look at what is registered (R3)
 * MUTANT 5 PROGRAM 2: registers a stamp outside of a read section (R4)
 * MUTANT 6 PROGRAM 2: reads the newest instead of the version of its stamp
 * MUTANT 7 PROGRAM 1: reads outside of a read section
 * MUTANT 8 PROGRAM 1: publishes a version before it has written it
 * MUTANT 9 PROGRAM 2: unregisters before its last read
 * MUTANT 10 PROGRAM 2: frees a version replaced at the stamp after a registered one
 * MUTANT 11 PROGRAM 2: looks at what is registered before its grace period (R4) */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define COMMITS 3
#define POOL 8
#define READERS 2
#define NEVER 100

typedef version {
    byte stamp, value, older; /* older: place + 1 */
    bool live;                /* ghost: published or retired, not spare */
}
version pool[POOL];

byte newest[2]; /* place + 1 */
byte visible;
byte registered[READERS];
bool in_section[READERS];
byte entered[READERS]; /* counts sections: a grace period does not wait for a later one */

byte done;

inline enter(me)
{
    d_step { in_section[me] = true; entered[me]++ }
}

inline leave(me)
{
    d_step { in_section[me] = false }
}

/* The account as of a stamp. Whatever it touches must not be spare. */
inline read_at(a, as_of, result)
{
    at = newest[a] - 1;
    do
    :: assert(pool[at].live);
       if
       :: pool[at].stamp > as_of && !(MUTANT == 6 && PROGRAM == 2 && me == 1) ->
          d_step { assert(pool[at].older > 0); at = pool[at].older - 1 }
       :: else -> break
       fi
    od;
    assert(pool[at].live);
    result = pool[at].value;
    at = 0
}

/* read(). */
proctype reader(byte me)
{
    byte stamp, one, other, at;

    if
    :: MUTANT != 7 -> enter(me)
    :: else
    fi;
    stamp = visible;
    read_at(0, stamp, one);
    read_at(1, stamp, other);
    leave(me);
    assert(one == other && one == stamp);
    done++
}

/* snapshot(). */
proctype snapshot(byte me)
{
    byte stamp, one, other, at;

    if
    :: MUTANT != 5 -> enter(me)
    :: else
    fi;
    stamp = visible;
    registered[me] = stamp;
    leave(me);
    read_at(0, stamp, one);
    if
    :: MUTANT == 9 -> registered[me] = 0
    :: else
    fi;
    read_at(1, stamp, other);
    registered[me] = 0;
    assert(one == other);
    done++
}

inline grace_wait()
{
    d_step {
        was[0] = (in_section[0] -> entered[0] : NEVER);
        was[1] = (in_section[1] -> entered[1] : NEVER)
    };
    (!in_section[0] || entered[0] != was[0]);
    (!in_section[1] || entered[1] != was[1]);
    d_step { was[0] = 0; was[1] = 0 }
}

/* The oldest stamp that is registered. Stamps begin at 1; 0 is none. */
inline look_at_registered()
{
    oldest = NEVER;
    if
    :: registered[0] != 0 && registered[0] < oldest -> oldest = registered[0]
    :: else
    fi;
    if
    :: registered[1] != 0 && registered[1] < oldest -> oldest = registered[1]
    :: else
    fi
}

inline reclaim()
{
    if
    :: MUTANT == 11 -> look_at_registered()
    :: else
    fi;
    if
    :: MUTANT != 3 -> grace_wait()
    :: else
    fi;
    if
    :: MUTANT != 11 -> look_at_registered()
    :: else
    fi;
    if
    :: MUTANT == 4 -> oldest = NEVER
    :: MUTANT == 10 && oldest < NEVER -> oldest++
    :: else
    fi;
    d_step {
        do
        :: retired_first < retired_end && replaced[retired_first] <= oldest ->
           pool[retired[retired_first]].live = false;
           retired_first++
        :: else -> break
        od;
        oldest = 0
    }
}

inline take_spare()
{
    d_step {
        fresh = 0;
        do
        :: fresh < POOL && pool[fresh].live -> fresh++
        :: else -> break
        od;
        assert(fresh < POOL)
    }
}

inline fill(a)
{
    d_step {
        pool[fresh].stamp = stamp;
        pool[fresh].value = stamp;
        pool[fresh].older = newest_was
    }
}

inline publish(a)
{
    take_spare();
    d_step { newest_was = newest[a]; pool[fresh].live = true };
    if
    :: MUTANT == 8 -> newest[a] = fresh + 1; fill(a)
    :: else -> fill(a); newest[a] = fresh + 1
    fi
}

inline retire(a)
{
    d_step {
        retired[retired_end] = pool[newest[a] - 1].older - 1;
        replaced[retired_end] = stamp;
        retired_end++
    }
}

proctype writer()
{
    byte stamp, fresh, newest_was, was[READERS], oldest;
    byte retired[2 * COMMITS], replaced[2 * COMMITS], retired_first, retired_end;

    do
    :: visible == COMMITS + 1 -> break
    :: else ->
       stamp = visible + 1;
       if
       :: MUTANT == 1 -> visible = stamp; publish(0); publish(1); retire(0); retire(1); reclaim()
       :: MUTANT == 2 -> publish(0); publish(1); retire(0); retire(1); reclaim(); visible = stamp
       :: else -> publish(0); publish(1); visible = stamp; retire(0); retire(1); reclaim()
       fi
    od;
    done++
}

init {
    atomic {
        pool[0].stamp = 1;
        pool[0].value = 1;
        pool[0].live = true;
        pool[1].stamp = 1;
        pool[1].value = 1;
        pool[1].live = true;
        newest[0] = 1;
        newest[1] = 2;
        visible = 1;
        run writer();
        run reader(0);
        if
        :: PROGRAM == 1 -> run reader(1)
        :: else -> run snapshot(1)
        fi
    }
    done == 3
}
