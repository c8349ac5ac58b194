/* queue.pml - engine/journal/watchers.h, Y1 to Y6, and engine/queue/queue.h, Q1 to Q4: a loop that
 * sleeps on its descriptor misses nothing, and the flusher sleeps over no queue.
 *
 * A submit needs a horizon; each draws the next one. The flusher shows horizons: it writes what was
 * drawn by then. The loop submits, reaps until it finds nothing, and sleeps until the descriptor is
 * readable. What it must find in the end is that all is reaped; a wake that is lost leaves a process
 * stuck.
 *
 *   loop      quipui_queue_accept(), quipu_reap(), quipui_watcher_expect(), quipui_watcher_sleeps()
 *   waiter    a call that waits, which takes a horizon of its own
 *   flusher   do_round() and rest() of journal/flusher.c; quipui_waiters_serve() with
 *             quipui_watchers_serve() and quipui_watchers_tell()
 *
 * PROGRAM 1: a loop with three submits, which reaps whenever it likes
 * PROGRAM 2: the same beside a call that waits
 * PROGRAM 3: the journal fails at some frame
 * PROGRAM 4 at length: two loops with a submit each
 *
 * MUTANT 1 PROGRAM 1: goes to sleep without a look at the horizon (Y4)
 * MUTANT 2 PROGRAM 1: looks at the horizon before it is quiet (Y4)
 * MUTANT 3 PROGRAM 1: is taken in though what it needs was served, and nobody tells it (Y5)
 * MUTANT 4 PROGRAM 1: the flusher is not called (Y1)
 * MUTANT 5 PROGRAM 1: is quiet though a write is on its way (Y2)
 * MUTANT 6 PROGRAM 1: counts as waiting until the least is served, not the most (Y1)
 * MUTANT 7 PROGRAM 3: is not told of a failure (Y3)
 * MUTANT 8 PROGRAM 1: makes `told` false in one step, and looks in another, with the lock left
 * MUTANT 9 PROGRAM 1: what is ready at once is not told (Q2)
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define LOOPS (PROGRAM == 4 -> 2 : 1)
#define SUBMITS (PROGRAM == 4 -> 1 : 3)
#define NEVER 99
#define NOTHING 99

byte drawn;        /* the largest need that was drawn */
byte durable;      /* the horizon that is shown */
byte horizon;      /* of the waiters, under the lock: served last */
bool failed;       /* of the journal; and under the lock: */
bool told_failed;
bool locked;
byte count, awake_at = 1; /* as in waiters.h */
byte calls;
byte waiter_needs; /* 0: it does not wait */
byte done;

/* Of each queue. */
byte least[2] = NOTHING, most[2];
bool told[2], waits[2];
byte readable[2];  /* the count of its eventfd */
byte needs[8];     /* loop * 4 + number: what is pending; 0: nothing */

#define LOCK d_step { !locked -> locked = true }
#define UNLOCK locked = false

#define SETTLED(need) ((need) <= durable || failed)
#define SERVED(need) ((need) <= horizon || told_failed)

/* The least that is pending in a queue. */
inline find_least(me, found)
{
    d_step {
        found = NOTHING;
        i = 0;
        do
        :: i < SUBMITS ->
           if
           :: needs[me * 4 + i] != 0 && needs[me * 4 + i] < found -> found = needs[me * 4 + i]
           :: else
           fi;
           i++
        :: else -> break
        od;
        i = 0
    }
}

/* Take all that is ready; found: something was. */
inline take(me, found)
{
    d_step {
        found = false;
        i = 0;
        do
        :: i < SUBMITS ->
           if
           :: needs[me * 4 + i] != 0 && SETTLED(needs[me * 4 + i]) ->
              needs[me * 4 + i] = 0;
              left--;
              found = true
           :: else
           fi;
           i++
        :: else -> break
        od;
        i = 0
    }
}

inline write(me)
{
    assert(readable[me] == 0); /* Y2 */
    readable[me]++
}

inline tell_itself(me)
{
    LOCK;
    was = told[me];
    told[me] = true;
    UNLOCK;
    if
    :: !was && MUTANT != 9 -> write(me)
    :: else
    fi
}

inline expect(me, need)
{
    LOCK;
    d_step {
        settled = SERVED(need) && MUTANT != 3;
        is_last = false;
        if
        :: !settled ->
           if
           :: need < least[me] -> least[me] = need
           :: else
           fi;
           if
           :: need > most[me] -> most[me] = need
           :: else
           fi;
           if
           :: !waits[me] -> waits[me] = true; count++
           :: else
           fi;
           if
           :: count >= awake_at -> awake_at = NEVER; is_last = true
           :: else
           fi
        :: else
        fi
    };
    UNLOCK;
    if
    :: is_last && MUTANT != 4 -> calls++
    :: else
    fi;
    if
    :: settled -> tell_itself(me)
    :: else
    fi
}

/* The queue needs `low`; is it there? Under the lock. */
inline compare(me)
{
    d_step {
        least[me] = low;
        is_there = low != NOTHING && SERVED(low) && MUTANT != 1 && MUTANT != 2;
        told[me] = is_there
    }
}

inline sleeps(me)
{
    is_there = false;
    if
    :: MUTANT == 2 && low != NOTHING && SERVED(low) -> goto reap
    :: else
    fi;
    LOCK;
    was = told[me];
    if
    :: !was && MUTANT != 8 -> compare(me)
    :: else
    fi;
    UNLOCK;
    if
    :: !was && MUTANT == 8 -> LOCK; compare(me); UNLOCK
    :: was && readable[me] == 0 && MUTANT != 5 -> skip /* a write is on its way */
    :: was && (readable[me] != 0 || MUTANT == 5) ->
       readable[me] = 0;
       LOCK;
       compare(me);
       UNLOCK
    :: else
    fi;
    if
    :: is_there -> write(me)
    :: else
    fi
}

proctype loop(byte me)
{
    byte i, number, left, low, need;
    bool found, was, is_there, settled, is_last;

again:
    do
    :: number < SUBMITS -> /* a submit */
       d_step { drawn++; need = drawn; needs[me * 4 + number] = need; number++; left++ };
       if
       :: SETTLED(need) -> tell_itself(me)
       :: else -> expect(me, need)
       fi
    :: break
    od;
    if /* it was quiet: it may sleep at once, or reap first */
    :: left > 0 -> readable[me] != 0
    :: skip
    fi;
reap:
    take(me, found);
    if
    :: found -> goto reap
    :: else
    fi;
    find_least(me, low);
    sleeps(me);
    if
    :: is_there -> goto reap
    :: else
    fi;
    if
    :: number < SUBMITS -> goto again
    :: number == SUBMITS && left == 0 -> goto over
    :: else
    fi;
    readable[me] != 0; /* asleep */
    goto reap;
over:
    done++
}

proctype waiter()
{
    bool is_last;

    LOCK;
    d_step {
        drawn++;
        waiter_needs = drawn;
        count++;
        is_last = count >= awake_at;
        if
        :: is_last -> awake_at = NEVER
        :: else
        fi
    };
    UNLOCK;
    if
    :: is_last -> calls++
    :: else
    fi;
    waiter_needs == 0;
    done++
}

inline serve_one(me)
{
    if
    :: me < LOOPS ->
       if
       :: waits[me] && (SERVED(most[me]) || (MUTANT == 6 && SERVED(least[me]))) ->
          waits[me] = false;
          count--
       :: else
       fi;
       to_tell[me] = false;
       if
       :: !told[me] && least[me] != NOTHING && SERVED(least[me]) &&
             !(MUTANT == 7 && told_failed) ->
          told[me] = true;
          to_tell[me] = true
       :: else
       fi
    :: else
    fi
}

inline serve()
{
    LOCK;
    d_step {
        horizon = durable;
        told_failed = failed;
        if
        :: waiter_needs != 0 && SERVED(waiter_needs) -> waiter_needs = 0; count--
        :: else
        fi;
        serve_one(0);
        serve_one(1)
    };
    UNLOCK;
    if
    :: to_tell[0] -> write(0)
    :: else
    fi;
    if
    :: to_tell[1] -> write(1)
    :: else
    fi
}

proctype flusher()
{
    byte seen_calls, aim;
    bool shown, stays, to_tell[2];

    do
    :: done == LOOPS + (PROGRAM == 2) -> break
    :: failed -> break
    :: else ->
       seen_calls = calls;
       aim = drawn;
       shown = false;
       if
       :: aim > durable && count > 0 ->
          if
          :: PROGRAM == 3 -> failed = true
          :: durable = aim; shown = true
          fi;
          serve()
       :: else
       fi;
       LOCK;
       d_step {
           stays = count > 0;
           awake_at = (count > 0 -> NEVER : 1)
       };
       UNLOCK;
       /* While somebody waits it looks again after a while: that is of use if there is news. */
       (stays && (shown || drawn > durable)) || failed || calls != seen_calls ||
           done == LOOPS + (PROGRAM == 2)
    od
}

init {
    atomic {
        run loop(0);
        if
        :: PROGRAM == 4 -> run loop(1)
        :: else
        fi;
        if
        :: PROGRAM == 2 -> run waiter()
        :: else
        fi;
        run flusher()
    }
}
