/* claim.pml - engine/write/claim_ids.c and records/index.c: an id is claimed, then settled, burnt or freed.
 *
 * What happens under a shard's latch is one step. An entry is free, a claim, a record or a burnt id;
 * whether a record is settled is a word of its own, which the unit stores when it has committed.
 *
 *   claim_or_wait   claim_or_wait(), quipui_index_claim()    release   quipui_index_free()
 *   settle          quipui_settle()                          burn      quipui_index_burn()
 *   find            quipui_index_find(): probe(), then the state again; if it changed, under the latch (X5)
 *
 * PROGRAM 1: three calls with one id; each is created, fails for now (its id is burnt) or for good
 * PROGRAM 2: two chains of the same two ids, in opposite order
 * PROGRAM 3: a lookup, while the entry before the one it looks for is taken out
 * PROGRAM 4: a lookup, while the shard grows and its old table is forgotten
 *
 * MUTANT 1 PROGRAM 1: takes a claim in flight for a free id
 * MUTANT 2 PROGRAM 1: frees the id of a transient failure
 * MUTANT 3 PROGRAM 2: claims ids in the order of the chain
 * MUTANT 4 PROGRAM 1: looks before it claims, not under one latch
 * MUTANT 5 PROGRAM 1: settles before it has committed
 * MUTANT 6 PROGRAM 3: trusts an empty place without a look at the state
 * MUTANT 7 PROGRAM 3: moves entries while the state is even
 * MUTANT 8 PROGRAM 4: switches to a table before its entries are there
 * MUTANT 9 PROGRAM 4: trusts an empty place of a table that was forgotten
 * MUTANT 10 PROGRAM 1: forgets to free the id of what failed for good */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

mtype = { FREE, CLAIMED, BURNT };
mtype = { CREATED, EXISTS, ALREADY_FAILED, FAILED, FAILED_FOR_GOOD };

byte done;

#if PROGRAM <= 2

#define IDS 2

mtype entry[IDS];
bool settled[IDS];
bool written[IDS];      /* ghost: the record is whole */
byte created[IDS];      /* ghost */
bool transient_was[IDS]; /* ghost: somebody was told that it failed for now */

/* One step under the latch; a claim in flight is waited for. */
inline claim_or_wait(id, answer)
{
    if
    :: MUTANT == 4 ->
       (entry[id] != CLAIMED || settled[id]);
       answer = entry[id];
       if
       :: answer == FREE -> entry[id] = CLAIMED
       :: else
       fi
    :: else ->
       d_step {
           (entry[id] != CLAIMED || settled[id] || MUTANT == 1);
           answer = (MUTANT == 1 && entry[id] == CLAIMED && !settled[id] -> FREE : entry[id]);
           if
           :: answer == FREE -> entry[id] = CLAIMED
           :: else
           fi
       }
    fi
}

inline run_unit(id)
{
    if
    :: MUTANT == 5 -> settled[id] = true
    :: else
    fi;
    written[id] = true;
    created[id]++;
    if
    :: MUTANT != 5 -> settled[id] = true
    :: else
    fi
}

proctype call(byte id)
{
    mtype answer;

    claim_or_wait(id, answer);
    if
    :: answer == CLAIMED -> assert(written[id])      /* exists: it is compared with the record */
    :: answer == BURNT -> assert(transient_was[id])  /* id already failed */
    :: answer == FREE ->
       assert(!transient_was[id] && created[id] == 0);
       if
       :: run_unit(id)
       :: transient_was[id] = true;
          entry[id] = (MUTANT == 2 -> FREE : BURNT)
       :: MUTANT != 10 -> entry[id] = FREE
       :: MUTANT == 10
       fi
    fi;
    done++
}

/* A chain: all its ids, or none. */
proctype chain(byte first, second)
{
    mtype answer;

    claim_or_wait(first, answer);
    if
    :: answer != FREE -> goto over
    :: else
    fi;
    claim_or_wait(second, answer);
    if
    :: answer != FREE -> entry[first] = FREE; goto over
    :: else
    fi;
    run_unit(first);
    run_unit(second);
over:
    done++
}

init {
    atomic {
        entry[0] = FREE;
        entry[1] = FREE;
        if
        :: PROGRAM == 1 -> run call(0); run call(0); run call(0)
        :: else ->
           run chain(0, 1);
           if
           :: MUTANT == 3 -> run chain(1, 0)
           :: else -> run chain(0, 1)
           fi;
           done++
        fi
    }
    done == 3;
    assert(created[0] <= 1 && created[1] <= 1)
}

#elif PROGRAM == 3

/* A probe path of three places: the id that goes, the one that is looked for, nothing. */
byte path[3];
byte state;

proctype taker()
{
    if
    :: MUTANT != 7 -> state++
    :: else
    fi;
    path[0] = 2;
    path[1] = 0;
    if
    :: MUTANT != 7 -> state++
    :: else
    fi;
    done++
}

proctype finder()
{
    byte seen, at;
    bool found;

    seen = state;
    do
    :: path[at] == 0 -> break
    :: path[at] == 2 -> found = true; break
    :: else -> at++
    od;
    if
    :: found -> skip
    :: !found && MUTANT == 6 -> assert(false)
    :: !found && MUTANT != 6 ->
       if
       :: seen % 2 == 0 && state == seen -> assert(false) /* "there is none", but there is */
       :: else -> skip /* under the latch it is found */
       fi
    fi;
    done++
}

init {
    atomic {
        path[0] = 1;
        path[1] = 2;
        run taker();
        run finder();
        run finder()
    }
    done == 3
}

#else

/* Two tables, and the state says which; the old one is forgotten, that is, full of nothing. */
byte table[2];
byte state;

proctype grower()
{
    if
    :: MUTANT == 8 -> state = 1; table[1] = 2
    :: else -> table[1] = 2; state = 1
    fi;
    /* Without a grace period: what a lookup finds there must not be wrong for that. */
    table[0] = 0;
    done++
}

proctype finder()
{
    byte seen;
    bool found;

    seen = state;
    found = (table[seen] == 2);
    if
    :: found -> skip
    :: !found && MUTANT == 9 -> assert(false)
    :: !found && MUTANT != 9 ->
       if
       :: state == seen -> assert(false)
       :: else -> skip
       fi
    fi;
    done++
}

init {
    atomic {
        table[0] = 2;
        run grower();
        run finder();
        run finder()
    }
    done == 3
}

#endif
