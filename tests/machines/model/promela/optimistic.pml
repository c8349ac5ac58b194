/* optimistic.pml - engine/protocol/optimistic.c: copy, judge, lock at the copied version, install.
 *
 * Two accounts. An account is its word (version << 1 | locked) and two words that are always equal,
 * so that a torn copy shows. Each of them is read and written in a step of its own.
 *
 *   read_whole      read_whole()       lock_at     lock_at()       unlock   unlock()
 *   read_together   read(), still_there(), read_locked()
 *   run_transfer    attempt() of loop.inc.h: load(), quipui_judge(), commit()
 *
 * PROGRAM 1: one coin in two accounts, each with room for one: two transfers one way, one the other
 * PROGRAM 2: three units take from one account each if both together have enough, and expect the
 *            other to be as it was (write skew)
 * PROGRAM 3: the coin goes there and back, and two reads of both accounts
 * PROGRAM 4: one transfer, and two reads of both accounts
 *
 * MUTANT 1 PROGRAM 1: locks whatever version is there
 * MUTANT 2 PROGRAM 1: copies without a second look at the word
 * MUTANT 3 PROGRAM 3: reads several without looking at all words again
 * MUTANT 4 PROGRAM 1: refuses on copies that were never of one instant
 * MUTANT 5 PROGRAM 2: does not lock what is only expected
 * MUTANT 6 PROGRAM 1: unlocks at the version it locked
 * MUTANT 7 PROGRAM 1: unlocks before it installs
 * MUTANT 8 PROGRAM 4: reads under locks taken in any order
 * MUTANT 9 PROGRAM 1: keeps what it locked when it finds that another has moved
 * MUTANT 10 PROGRAM 2: lets a refused unit leave its new values */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define ACCOUNTS 2
#define LOCKED(word) ((word) & 1)

typedef account {
    byte word;
    byte one, two; /* the words that a commit installs */
    byte changes;  /* ghost: how many commits changed it */
}
account accounts[ACCOUNTS];

/* A private copy: struct copy. */
typedef copied {
    byte word;
    byte one, two;
}

byte done; /* ghost: processes that ended */

inline read_whole(a, copy)
{
    do
    :: d_step { !LOCKED(accounts[a].word) -> copy.word = accounts[a].word };
       copy.one = accounts[a].one;
       copy.two = accounts[a].two;
       if
       :: MUTANT == 2 -> break
       :: else
       fi;
       if
       :: accounts[a].word == copy.word -> break
       :: else
       fi
    od;
    assert(copy.one == copy.two)
}

inline lock_at(a, seen, locked)
{
    d_step {
        if
        :: MUTANT == 1 && !LOCKED(accounts[a].word) ->
           accounts[a].word = accounts[a].word | 1;
           locked = true
        :: MUTANT != 1 && accounts[a].word == seen ->
           accounts[a].word = seen | 1;
           locked = true
        :: else -> locked = false
        fi
    }
}

inline lock_any(a)
{
    d_step { !LOCKED(accounts[a].word) -> accounts[a].word = accounts[a].word | 1 }
}

/* As it was, or at the next version. */
inline unlock(a, changed)
{
    d_step {
        accounts[a].word = accounts[a].word - 1;
        if
        :: changed && MUTANT != 6 -> accounts[a].word = accounts[a].word + 2
        :: else
        fi;
        accounts[a].changes = accounts[a].changes + changed;
        assert(accounts[a].word >> 1 == accounts[a].changes)
    }
}

inline install(a, value)
{
    accounts[a].one = value;
    accounts[a].two = value
}

#if PROGRAM != 2

proctype transfer(byte from, to)
{
    copied copies[ACCOUNTS];
    byte reason;
    bool got;

again:
    read_whole(0, copies[0]);
    read_whole(1, copies[1]);

    /* The law: first that there is a coin, then that there is room. */
    reason = (copies[from].one == 0 -> 1 : (copies[to].one == 1 -> 2 : 0));
    if
    :: MUTANT == 4 && reason != 0 -> goto refused
    :: else
    fi;

    lock_at(0, copies[0].word, got);
    if
    :: !got -> goto again
    :: else
    fi;
    lock_at(1, copies[1].word, got);
    if
    :: !got ->
       if
       :: MUTANT != 9 -> unlock(0, false)
       :: else
       fi;
       goto again
    :: else
    fi;

    if
    :: reason != 0 ->
       unlock(0, false);
       unlock(1, false);
       goto refused
    :: else
    fi;
    if
    :: MUTANT == 7 ->
       unlock(0, true);
       install(from, copies[from].one - 1);
       install(to, copies[to].one + 1);
       unlock(1, true)
    :: else ->
       install(from, copies[from].one - 1);
       install(to, copies[to].one + 1);
       unlock(0, true);
       unlock(1, true)
    fi;
    goto over;

refused:
    /* There is one coin: a unit that has it leaves room in the other. */
    assert(reason == 1);
over:
    done++
}

proctype reader(byte first, second)
{
    copied copies[ACCOUNTS];

    read_whole(0, copies[0]);
    read_whole(1, copies[1]);
    if
    :: MUTANT == 3 -> goto together
    :: else
    fi;
    if
    :: accounts[0].word == copies[0].word ->
       if
       :: accounts[1].word == copies[1].word -> goto together
       :: else
       fi
    :: else
    fi;
    /* One attempt is as good as READ_ATTEMPTS. */
    lock_any(first);
    lock_any(second);
    copies[0].one = accounts[0].one;
    copies[1].one = accounts[1].one;
    unlock(0, false);
    unlock(1, false);
together:
    assert(copies[0].one + copies[1].one == 1);
    done++
}

init {
    atomic {
        accounts[0].one = 1;
        accounts[0].two = 1;
        run transfer(0, 1);
        if
        :: PROGRAM == 1 -> run transfer(0, 1); run transfer(1, 0)
        :: PROGRAM == 3 -> run transfer(1, 0); run reader(0, 1); run reader(0, 1)
        :: PROGRAM == 4 -> run reader(0, 1); run reader(MUTANT == 8, MUTANT != 8)
        fi
    }
    done == 3 + (PROGRAM == 3);
    assert(accounts[0].one + accounts[1].one == 1)
}

#else

/* Take one from an account if both have two together, as of the versions that were read. */
proctype withdraw(byte mine, other)
{
    copied copies[ACCOUNTS];
    bool got;
    byte expected;

    /* The caller looks, and decides. */
    read_whole(other, copies[other]);
    expected = copies[other].word;
    read_whole(mine, copies[mine]);
    if
    :: copies[mine].one + copies[other].one < 2 -> goto over
    :: else
    fi;

again:
    read_whole(0, copies[0]);
    read_whole(1, copies[1]);
    if
    :: copies[other].word != expected -> goto over /* STEP_CONFLICT */
    :: else
    fi;
    lock_at(mine, copies[mine].word, got);
    if
    :: !got -> goto again
    :: else
    fi;
    if
    :: MUTANT != 5 ->
       lock_at(other, copies[other].word, got);
       if
       :: !got -> unlock(mine, false); goto again
       :: else
       fi
    :: else
    fi;
    /* The law refuses to take from nothing; what was written to the copy counts for nothing. */
    if
    :: copies[mine].one == 0 ->
       if
       :: MUTANT == 10 -> install(mine, 7)
       :: else
       fi;
       unlock(mine, false);
       unlock(other, false);
       goto over
    :: else
    fi;
    install(mine, copies[mine].one - 1);
    unlock(mine, true);
    if
    :: MUTANT != 5 -> unlock(other, false)
    :: else
    fi;
over:
    done++
}

init {
    atomic {
        accounts[0].one = 1;
        accounts[0].two = 1;
        accounts[1].one = 1;
        accounts[1].two = 1;
        run withdraw(0, 1);
        run withdraw(1, 0);
        run withdraw(0, 1)
    }
    done == 3;
    assert(accounts[0].one + accounts[1].one >= 1);
    assert(accounts[0].one <= 1 && accounts[1].one <= 1)
}

#endif
