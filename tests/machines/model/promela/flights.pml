/* flights.pml - engine/connect/flights.h, L3 to L5: a loop that sleeps on the socket of a queue is
 * woken for each answer, a daemon that sleeps for room is woken, and a daemon that dies leaves no
 * call without its completion.
 *
 * Positions count answers; the ring has room for SIZE. A bell is a byte on the socket, which has
 * room for BELLS; one that finds no room is lost. The daemon takes the flag of the sleeper back, and
 * then sends the bell: between these two steps the client does as much as it likes.
 * Memory is sequentially consistent here: that stores and loads do not pass each other is shown by
 * the litmus shapes wire.tail.bell and wire.head.bell.
 *
 *   loop    quipui_flights_reap() and go_quiet() of connect/flights.c, and poll() or
 *           epoll_wait() of the host
 *   daemon  client_answer() and ring() of server/server_client.c, sleep_until_called()
 *
 * PROGRAM 1: a loop that reaps until nothing is left
 * PROGRAM 2: a loop that reaps once for each time that it is woken
 * PROGRAM 3: a loop that is woken by edges
 * PROGRAM 4: a daemon that may be killed at each step
 * PROGRAM 5: as 2, and every second answer is a part, which completes nothing (L6)
 *
 * MUTANT 1 PROGRAM 1: a reap that finds nothing takes all bells off
 * MUTANT 2 PROGRAM 1: a bell is due for each time that the loop lies down
 * MUTANT 3 PROGRAM 1: the flag is not set at first
 * MUTANT 4 PROGRAM 1: the reap does not look again
 * MUTANT 5 PROGRAM 1: the daemon looks at the flag before it publishes
 * MUTANT 6 PROGRAM 1: the daemon is not rung for room
 * MUTANT 7 PROGRAM 1: of what was taken, only the last reap counts
 * MUTANT 8 PROGRAM 4: what was published before the end is not taken
 * MUTANT 9 PROGRAM 2: a reap that finds something at the second look leaves no bell
 * MUTANT 10 PROGRAM 1: the daemon does not look again after it has lain down
 * MUTANT 11 PROGRAM 1: a reap that finds something at the second look takes no bell: they may fill
 * the socket, and one that is lost is due for ever
 * MUTANT 12 PROGRAM 5: parts do not count as taken */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define ANSWERS 6
#define SIZE 2
#define SPARE 1
#define BELLS 3

byte tail, head; /* of the ring of answers */
bool client_sleeps, server_sleeps;
byte bells;       /* on the socket */
bool edge;        /* something has come to the socket */
bool server_bell; /* rung, and not heard yet */
bool gone;        /* the daemon */
byte done;

#define READABLE (bells > 0 || gone)
#define REAPED_ALL (reaped == (PROGRAM == 5 -> ANSWERS / 2 : ANSWERS))

inline send_bell()
{
    atomic {
        if
        :: bells < BELLS -> bells++; edge = true
        :: else
        fi
    }
}

/* --- the client --- */

inline ring_for_room(bytes)
{
    if
    :: bytes > SPARE && server_sleeps -> server_sleeps = false; server_bell = true
    :: else
    fi
}

/* quipui_wire_hear_some(), of `count` bells. */
inline hear(count)
{
    do
    :: atomic { count > 0 && bells > 0 -> bells--; count-- }
    :: atomic { count == 0 || bells == 0 -> hung_up = gone && bells == 0; break }
    od
}

/* go_quiet(): `found` says whether there is something now. */
inline go_quiet()
{
    atomic {
        if
        :: !client_sleeps || MUTANT == 2 -> due++
        :: else
        fi;
        client_sleeps = true
    }
    if
    :: MUTANT != 4 && tail != head ->
       found = true;
       if
       :: due > 1 && MUTANT != 11 && MUTANT != 9 -> others = due - 1; hear(others); due = others + 1
       :: MUTANT == 9 -> hear(due)
       :: else
       fi
    :: else ->
       if
       :: MUTANT != 6 -> ring_for_room(taken)
       :: else
       fi;
       taken = 0;
       if
       :: MUTANT == 1 -> others = BELLS; hear(others); due = 0
       :: else -> hear(due)
       fi;
       if
       :: hung_up && MUTANT != 8 -> found = tail != head
       :: else
       fi;
       ended = hung_up && !found
    fi
}

/* take(): parts that were seen, as far as the next answer that is none. `found` says whether one
 * is seen. */
inline take_parts()
{
    seen = tail;
    do
    :: PROGRAM == 5 && seen != head && head % 2 == 0 ->
       head++;
       if
       :: MUTANT != 12 -> taken++
       :: else
       fi
    :: else -> break
    od;
    found = seen != head
}

/* One reap: `found` says whether it has completed something. */
inline reap()
{
    take_parts();
    if
    :: !found ->
       go_quiet();
       if
       :: found -> take_parts()
       :: else
       fi
    :: else
    fi;
    if
    :: found ->
       head++;
       reaped++;
       if
       :: MUTANT == 7 -> taken = 1
       :: else -> taken++
       fi
    :: else
    fi
}

proctype loop()
{
    byte reaped, taken, due, others, seen;
    bool found, hung_up, ended;

    do
    :: REAPED_ALL || ended -> break
    :: else ->
       if
       :: PROGRAM == 3 -> atomic { edge -> edge = false }
       :: PROGRAM != 3 -> READABLE
       fi;
       if
       :: PROGRAM == 2 || PROGRAM == 5 -> reap()
       :: PROGRAM != 2 && PROGRAM != 5 ->
          do
          :: reap();
             if
             :: !found -> break
             :: else
             fi
          od
       fi
    od;
    assert(!ended || reaped == tail); /* P2 */
    done++
}

/* --- the daemon --- */

#define HAS_ROOM (tail - head < SIZE)

proctype daemon()
{
    byte answered;
    bool seen;

    do
    :: answered == ANSWERS -> break
    :: PROGRAM == 4 -> goto killed
    :: answered < ANSWERS && HAS_ROOM ->
       seen = client_sleeps;
       tail++;
       answered++;
       if
       :: PROGRAM == 4 -> goto killed
       :: true
       fi;
       if
       :: (MUTANT == 5 && seen) || (MUTANT != 5 && client_sleeps) ->
          client_sleeps = false;
          if
          :: PROGRAM == 4 -> goto killed
          :: true
          fi;
          send_bell()
       :: else
       fi
    :: answered < ANSWERS && !HAS_ROOM -> /* sleep_until_called() */
       server_sleeps = true;
       if
       :: MUTANT != 10 && HAS_ROOM
       :: else -> server_bell; server_bell = false
       fi;
       server_sleeps = false
    od;
    if
    :: PROGRAM != 4 -> goto out
    :: else
    fi;
killed:
    atomic { gone = true; edge = true };
out:
    done++
}

init {
    client_sleeps = MUTANT != 3;
    atomic { run loop(); run daemon() };
    done == 2
}
