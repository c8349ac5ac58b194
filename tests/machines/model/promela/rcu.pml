/* rcu.pml - engine/protocol/rcu/: change a slot, show; reuse of older versions after a grace period.
 *
 * Two accounts: a slot each, with the newest version, and older ones from a small pool; one writer,
 * which changes both in each commit and reclaims at once. Each step of the writer and of a reader is
 * a step by itself. An account is two words, and each is the stamp of its commit, so words of one
 * version that differ are of a copy that is not whole, and accounts that differ are not of one
 * instant.
 *
 *   replace        replace(), step by step: copy, link, stamp, words
 *   show           make_visible()
 *   reclaim        start_to_reclaim(), reclaim(), horizon(), quipui_versions_reclaim()
 *   grace period   quipui_grace_wait(): all sections that were open when it began have ended
 *   read_at        newest_at() and older_at(), step by step
 *
 * PROGRAM 1: the writer, and two reads of both accounts
 * PROGRAM 2: the writer, a read, and a snapshot, which registers its stamp and reads at leisure
 *
 * MUTANT 1 PROGRAM 1: makes the stamp visible before it changes the accounts (R1)
 * MUTANT 2 PROGRAM 1: reclaims before it makes the stamp visible (R1)
 * MUTANT 3 PROGRAM 1: uses versions again without a grace period (R3)
 * MUTANT 4 PROGRAM 2: uses versions again without a look at what is registered (R3)
 * MUTANT 5 PROGRAM 2: registers a stamp outside of a read section (R4)
 * MUTANT 6 PROGRAM 2: reads the newest instead of the version of its stamp
 * MUTANT 7 PROGRAM 1: reads outside of a read section
 * MUTANT 8 PROGRAM 1: stores the link to a version before it has written that
 * MUTANT 9 PROGRAM 2: unregisters before its last read
 * MUTANT 10 PROGRAM 2: frees a version replaced at the stamp after a registered one
 * MUTANT 11 PROGRAM 2: looks at what is registered before its grace period (R4)
 * MUTANT 12 PROGRAM 1: does not look at the stamp again after it has copied the words (R1)
 * MUTANT 13 PROGRAM 1: stores the words before the stamp (R1)
 * MUTANT 14 PROGRAM 1: stores the stamp before the link (R1) */
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
    byte stamp, one, other, link; /* link: place + 1 */
}
version slot[2];
version pool[POOL];
bool live[POOL]; /* ghost: linked or retired, not spare */

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

#define READS_NEWEST (MUTANT == 6 && PROGRAM == 2 && me == 1)

/* The account as of a stamp: from the slot, or from what is behind it. A version that it touches
 * must not be spare. */
inline read_at(a, as_of, result)
{
    made = slot[a].stamp;
    if
    :: made > as_of && !READS_NEWEST -> older_at(a, as_of)
    :: else ->
       first = slot[a].one;
       second = slot[a].other;
       if
       :: MUTANT == 12 || slot[a].stamp == made
       :: else -> older_at(a, as_of)
       fi
    fi;
    assert(first == second);
    d_step { result = first; first = 0; second = 0; made = 0 }
}

inline older_at(a, as_of)
{
    at = slot[a].link;
    do
    :: assert(at > 0 && live[at - 1]);
       if
       :: pool[at - 1].stamp > as_of -> at = pool[at - 1].link
       :: else -> break
       fi
    od;
    first = pool[at - 1].one;
    second = pool[at - 1].other;
    assert(live[at - 1]);
    at = 0
}

/* read(). */
proctype reader(byte me)
{
    byte stamp, one, other, at, made, first, second;

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
    byte stamp, one, other, at, made, first, second;

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

/* A grace period is not begun if all that is retired is needed. */
inline reclaim()
{
    look_at_registered();
    if
    :: retired_first == retired_end || replaced[retired_first] > oldest -> oldest = 0
    :: else -> oldest = 0; wait_and_reclaim()
    fi
}

inline wait_and_reclaim()
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
           live[retired[retired_first]] = false;
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
        :: fresh < POOL && live[fresh] -> fresh++
        :: else -> break
        od;
        assert(fresh < POOL)
    }
}

inline copy(a)
{
    d_step {
        pool[fresh].stamp = slot[a].stamp;
        pool[fresh].one = slot[a].one;
        pool[fresh].other = slot[a].other;
        pool[fresh].link = was_link
    }
}

inline set_words(a)
{
    slot[a].one = stamp;
    slot[a].other = stamp
}

/* Take a version, which is retired at once, and change the account. */
inline replace(a)
{
    take_spare();
    d_step {
        live[fresh] = true;
        was_link = slot[a].link;
        retired[retired_end] = fresh;
        replaced[retired_end] = stamp;
        retired_end++
    }
    if
    :: MUTANT == 8 -> slot[a].link = fresh + 1; slot[a].stamp = stamp; copy(a)
    :: MUTANT == 14 -> copy(a); slot[a].stamp = stamp; slot[a].link = fresh + 1
    :: MUTANT == 13 -> copy(a); slot[a].link = fresh + 1; set_words(a); slot[a].stamp = stamp
    :: else -> copy(a); slot[a].link = fresh + 1; slot[a].stamp = stamp
    fi;
    if
    :: MUTANT == 13
    :: else -> set_words(a)
    fi
}

proctype writer()
{
    byte stamp, fresh, was_link, was[READERS], oldest;
    byte retired[2 * COMMITS], replaced[2 * COMMITS], retired_first, retired_end;

    do
    :: visible == COMMITS + 1 -> break
    :: else ->
       stamp = visible + 1;
       if
       :: MUTANT == 1 -> visible = stamp; replace(0); replace(1); reclaim()
       :: MUTANT == 2 -> replace(0); replace(1); reclaim(); visible = stamp
       :: else -> replace(0); replace(1); visible = stamp; reclaim()
       fi
    od;
    done++
}

init {
    atomic {
        slot[0].stamp = 1;
        slot[0].one = 1;
        slot[0].other = 1;
        slot[1].stamp = 1;
        slot[1].one = 1;
        slot[1].other = 1;
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
