/* cas.pml - engine/protocol/cas/cas.c and tie.c: lock holds, reserve, tie, post; marks, one decision, helpers.
 *
 * Two accounts, units of one leg from one to the other. Each word that the engine changes by itself
 * is one step here.
 *
 *   look, reserve        plain_look(), reserve()   mark_all, decide   place_marks(), decide()
 *   look_after           clear(), finish()         see                quipui_tie_see()
 *   unit                 straight_post(), and commit() of cas.c around quipui_tie() of tie.c
 *
 * A writer waits for an open unit or aborts it, as it likes, so often that numbers stay small. A
 * unit that stopped for ever with its marks on stops nobody else.
 *
 * PROGRAM 1: two spenders, room for one, and a third that makes room for one more; tying is one step
 * PROGRAM 2: two units cross where a third has stopped with marks on; they only tie
 * PROGRAM 3: one unit posts a pending transfer, another voids it
 * PROGRAM 4: two units that only tie, and a reader that walks the strand of an account
 * PROGRAM 5: a chain gives back a hold and takes the room, in words that wrap, against a spender and
 *            another one or a void of the same hold
 *
 * MUTANT 1 PROGRAM 1: does not give back what it reserved
 * MUTANT 2 PROGRAM 1: adds to any total that is there, after it checked another
 * MUTANT 3 PROGRAM 3: locks a hold that is locked
 * MUTANT 4 PROGRAM 2: gives each attempt the same number (T1)
 * MUTANT 5 PROGRAM 4: writes the knots of the next attempt before its marks are off (T2)
 * MUTANT 6 PROGRAM 1: makes room before it is tied (C1)
 * MUTANT 7 PROGRAM 4: trusts what it read under a mark without a second look (T2)
 * MUTANT 8 PROGRAM 2: decides with one mark placed
 * MUTANT 9 PROGRAM 2: takes off an open mark without aborting the unit
 * MUTANT 10 PROGRAM 2: waits for an open unit for ever
 * MUTANT 11 PROGRAM 2: commits over an abort
 * MUTANT 12 PROGRAM 3: gives back a reservation before the hold is surely locked
 * MUTANT 13 PROGRAM 5: reserves all that a chain takes, and lets the total wrap (C0)
 * MUTANT 14 PROGRAM 5: reserves all that a chain takes, and is retried for ever (C0)
 * MUTANT 15 PROGRAM 5: reserves what the chain needs in the end, not the most on the way (C0)
 * MUTANT 16 PROGRAM 5: gives back what a chain takes, not what it reserved
 * MUTANT 17 PROGRAM 5: gives back before it is tied (C1) */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define UNITS 3
/* A unit is not aborted in later attempts than this. */
#define ABORTS 1

mtype = { OPEN, COMMITTED, ABORTED };
mtype = { PENDING, CLAIMED, POSTED, VOIDED };

typedef account {
    byte debits_total, debits_posted, credits_total, credits_posted;
    /* the strand, one word: version, head (unit + 1), and the attempt of the mark, or 0: idle */
    byte version, head, mark;
    byte tied_debits, tied_credits; /* ghost: what committed units moved */
}
account accounts[2];

typedef knot {
    byte version[2], previous[2]; /* by account */
    /* the tie, one word */
    mtype state;
    byte attempt;
}
knot knots[UNITS];

mtype hold = PENDING;
byte done, committed, resolved; /* ghost */

/* A compare-and-swap of a strand. */
inline advance(a, version0, head0, mark0, version1, head1, mark1, won)
{
    d_step {
        if
        :: accounts[a].version == version0 && accounts[a].head == head0 &&
               accounts[a].mark == mark0 ->
           accounts[a].version = version1;
           accounts[a].head = head1;
           accounts[a].mark = mark1;
           won = true
        :: else -> won = false
        fi
    }
}

/* A compare-and-swap of a tie. */
inline decide(u, number, to, won)
{
    d_step {
        if
        :: knots[u].attempt == number && (knots[u].state == OPEN || MUTANT == 11) ->
           knots[u].state = to;
           won = true
        :: else -> won = false
        fi
    }
}

/* The strand of an account, once it is idle: v and h; m is scratch. */
inline idle_strand(a, v, h, m)
{
    do
    :: d_step { v = accounts[a].version; h = accounts[a].head; m = accounts[a].mark };
       if
       :: m == 0 -> break
       :: else -> look_after(a, v, h, m)
       fi
    od
}

/* A mark that is not ours. */
inline look_after(a, v, h, m)
{
    d_step { tie = knots[h - 1].state; number = knots[h - 1].attempt };
    if
    :: tie == COMMITTED ->
       seen = knots[h - 1].version[a];
       advance(a, v, h, m, seen, h, 0, won)
    :: tie != COMMITTED && number != m -> skip
    :: tie == ABORTED && number == m ->
       seen = knots[h - 1].previous[a];
       advance(a, v, h, m, v, seen, 0, won)
    :: tie == OPEN && number == m ->
       if
       :: accounts[a].mark != m || accounts[a].head != h ||
              knots[h - 1].state != OPEN || knots[h - 1].attempt != number
       :: number <= ABORTS && MUTANT == 9 ->
          seen = knots[h - 1].previous[a];
          advance(a, v, h, m, v, seen, 0, won)
       :: number <= ABORTS && MUTANT != 9 && MUTANT != 10 -> decide(h - 1, number, ABORTED, won)
       fi
    fi;
    d_step { tie = 0; number = 0; seen = 0; won = false }
}

/* The marks of this attempt, one after the other; `placed` says how many. */
inline mark_all()
{
    placed = 0;
    advance(0, version[0], head[0], 0, version[0], me + 1, attempt, won);
    if
    :: won ->
       placed = 1;
       if
       :: MUTANT != 8 -> advance(1, version[1], head[1], 0, version[1], me + 1, attempt, won)
       :: else
       fi;
       if
       :: won -> placed = 2
       :: else
       fi
    :: else
    fi
}

inline unmark_all()
{
    if
    :: placed > 0 -> advance(0, version[0], me + 1, attempt, version[0], head[0], 0, won)
    :: else
    fi;
    if
    :: placed > 1 -> advance(1, version[1], me + 1, attempt, version[1], head[1], 0, won)
    :: else
    fi
}

inline finish_all()
{
    advance(0, version[0], me + 1, attempt, version[0] + 1, me + 1, 0, won);
    advance(1, version[1], me + 1, attempt, version[1] + 1, me + 1, 0, won)
}

inline write_knots()
{
    knots[me].version[0] = version[0] + 1;
    knots[me].previous[0] = head[0];
    knots[me].version[1] = version[1] + 1;
    knots[me].previous[1] = head[1]
}

/* The decision; with it, what the ghosts know of. */
inline commit_tie(number0)
{
    d_step {
        if
        :: knots[me].attempt == number0 && (knots[me].state == OPEN || MUTANT == 11) ->
           knots[me].state = COMMITTED;
           won = true;
           committed++;
           accounts[from].tied_debits++;
           accounts[to].tied_credits++
        :: else -> won = false
        fi
    }
}

/* quipui_tie(). */
inline tie_all()
{
    do
    :: idle_strand(0, version[0], head[0], mark);
       idle_strand(1, version[1], head[1], mark);
       write_knots();
       d_step {
           attempt = (MUTANT == 4 && attempt > 0 -> attempt : attempt + 1);
           knots[me].state = OPEN;
           knots[me].attempt = attempt
       };
       mark_all();
       if
       :: placed == 2 ->
          commit_tie(attempt);
          if
          :: won -> finish_all(); break
          :: else
          fi
       :: else
       fi;
       if
       :: MUTANT == 5 -> knots[me].version[0]++; knots[me].previous[0] = me + 1
       :: else
       fi;
       unmark_all()
    od
}

#if PROGRAM == 5

/* Both totals hold 0 to 7. The first has a limit, of 7; the second can only overflow. Of each 2 are
 * posted and 4 are held: so 1 is left. */
#define WORD 8
#define HELD 4
#define FITS(total, amount) ((total) + (amount) < WORD)

byte totals[2] = 6;
byte tied[2] = 6; /* ghost: what is committed, of posted and held */
bool moved;       /* ghost: a word has changed since the chain began its attempt */

/* reserve() of one share: from what was seen, or where there is room all the same. */
inline reserve_share(which, amount, wraps)
{
    d_step {
        won = FITS(totals[which], amount) || wraps;
        if
        :: won -> totals[which] = (totals[which] + amount) % WORD
        :: else
        fi
    }
}

inline shrink(which, amount)
{
    totals[which] = (totals[which] + WORD - (amount)) % WORD
}

/* What is tied is in bounds at every version. */
inline tie_amount(more, less)
{
    tied[0] = tied[0] + more - less;
    tied[1] = tied[1] + more - less;
    assert(tied[0] < WORD && tied[1] < WORD)
}

proctype spender(byte amount)
{
    byte seen[2];
    bool won;

again:
    seen[0] = totals[0];
    seen[1] = totals[1];
    if
    :: !FITS(seen[0], amount) || !FITS(seen[1], amount) -> goto over
    :: else
    fi;
    d_step { reserve_share(0, amount, false); moved = true };
    if
    :: !won -> goto again
    :: else
    fi;
    d_step { reserve_share(1, amount, false); moved = true };
    if
    :: !won -> d_step { shrink(0, amount); moved = true }; goto again
    :: else
    fi;
    /* quipui_tie() may say no. */
    if
    :: true ->
       d_step { shrink(0, amount); moved = true };
       d_step { shrink(1, amount); moved = true };
       goto over
    :: true
    fi;
    d_step { tie_amount(amount, 0); moved = true };
over:
    done++
}

proctype voider()
{
    if
    :: d_step { hold == PENDING -> hold = CLAIMED; moved = true }
    :: hold == VOIDED -> goto over
    fi;
    if
    :: true -> d_step { hold = PENDING; moved = true }; goto over
    :: true
    fi;
    d_step { tie_amount(0, HELD); moved = true };
    d_step { shrink(0, HELD); moved = true };
    d_step { shrink(1, HELD); moved = true };
    d_step { hold = VOIDED; moved = true };
over:
    done++
}

/* Lets go, then takes; or takes, then lets go. */
proctype chain(byte taken; bool takes_first)
{
    byte seen[2], most[2], after[2], need[2];
    bool won, refused;

again:
    skip;
    d_step { moved = false; refused = false; won = false };
    seen[0] = totals[0];
    seen[1] = totals[1];
    if
    :: hold == VOIDED -> goto over
    :: else
    fi;

    /* The law: a total that lacks the hold is of a claimed one (C5). */
    d_step {
        refused = seen[0] < HELD || seen[1] < HELD;
        after[0] = (seen[0] + WORD - HELD + taken) % WORD;
        after[1] = (seen[1] + WORD - HELD + taken) % WORD;
        if
        :: takes_first ->
           refused = refused || !FITS(seen[0], taken) || !FITS(seen[1], taken);
           most[0] = seen[0] + taken;
           most[1] = seen[1] + taken
        :: else ->
           refused = refused || !FITS(seen[0] - HELD, taken) || !FITS(seen[1] - HELD, taken);
           most[0] = (after[0] > seen[0] -> after[0] : seen[0]);
           most[1] = (after[1] > seen[1] -> after[1] : seen[1])
        fi;
        need[0] = most[0] - seen[0];
        need[1] = most[1] - seen[1];
        if
        :: MUTANT == 13 || MUTANT == 14 -> need[0] = taken; need[1] = taken
        :: MUTANT == 15 ->
           need[0] = (after[0] > seen[0] -> after[0] - seen[0] : 0);
           need[1] = (after[1] > seen[1] -> after[1] - seen[1] : 0)
        :: else
        fi
    };
    if
    :: refused && hold == PENDING -> goto over
    :: refused && hold != PENDING -> hold != CLAIMED; goto again
    :: else
    fi;

    /* Claim, reserve, tie, post. */
    d_step {
        won = hold == PENDING;
        if
        :: won -> hold = CLAIMED
        :: else
        fi
    };
    if
    :: !won -> hold != CLAIMED; goto again
    :: else
    fi;
    if
    :: MUTANT == 17 -> shrink(0, HELD); shrink(1, HELD)
    :: else
    fi;
    reserve_share(0, need[0], MUTANT == 13);
    if
    :: won -> reserve_share(1, need[1], MUTANT == 13);
       if
       :: !won -> shrink(0, need[0])
       :: else
       fi
    :: else
    fi;
    if
    :: !won ->
       hold = PENDING;
       /* An attempt that fails while nothing else moves would fail for ever. */
       assert(moved);
       goto again
    :: else
    fi;
    /* quipui_tie() may say no. */
    if
    :: true ->
       if
       :: MUTANT == 16 -> shrink(0, taken); shrink(1, taken)
       :: else -> shrink(0, need[0]); shrink(1, need[1])
       fi;
       hold = PENDING;
       goto over
    :: true
    fi;
    d_step {
        if
        :: takes_first -> tie_amount(taken, 0); tie_amount(0, HELD)
        :: else -> tie_amount(0, HELD); tie_amount(taken, 0)
        fi
    };
    if
    :: MUTANT == 13 || MUTANT == 14 -> shrink(0, HELD); shrink(1, HELD)
    :: MUTANT == 17 -> skip
    :: else ->
       shrink(0, seen[0] + need[0] - after[0]);
       shrink(1, seen[1] + need[1] - after[1])
    fi;
    hold = VOIDED;
over:
    done++
}

#endif

#if PROGRAM == 1

proctype unit(byte me, from, to)
{
    byte total, credits;
    bool won;

again:
    /* plain_look(), which need not see both at one instant, as copy_out() does; the law */
    credits = accounts[from].credits_posted;
    total = accounts[from].debits_total;
    if
    :: total + 1 > credits -> goto over
    :: else
    fi;

    /* reserve(): an exact side from what the law saw, the other to any value that is there */
    d_step {
        if
        :: accounts[from].debits_total == total || MUTANT == 2 ->
           accounts[from].debits_total++;
           won = true
        :: else -> won = false
        fi
    };
    if
    :: !won -> goto again
    :: else
    fi;
    accounts[to].credits_total++;
    if
    :: MUTANT == 6 -> accounts[to].credits_posted++
    :: else
    fi;

    /* Another leg finds no room, or quipui_tie() says no. */
    if
    :: true ->
       if
       :: MUTANT != 1 -> accounts[from].debits_total--; accounts[to].credits_total--
       :: else
       fi;
       goto over
    :: true
    fi;
    commit_tie(0);
    if
    :: MUTANT != 6 -> accounts[to].credits_posted++
    :: else
    fi;
    accounts[from].debits_posted++;
over:
    done++
}

#else

proctype unit(byte me, from, to)
{
    byte version[2], head[2], mark, attempt, placed, number, seen;
    mtype tie;
    bool won;

    tie_all();
    done++
}

#endif

/* One of post and void: what they do to the hold, without the tie. */
proctype resolver(bool posts)
{
    bool won, gives_back;

    hold == PENDING || hold == CLAIMED || hold == POSTED || hold == VOIDED;
    if
    :: MUTANT == 12 && !posts -> accounts[0].debits_total--; accounts[1].credits_total--
    :: else
    fi;
again:
    if
    :: hold == POSTED || hold == VOIDED -> goto over /* already posted, already voided */
    :: hold == PENDING || (hold == CLAIMED && MUTANT == 3)
    fi;
    d_step {
        if
        :: hold == PENDING || MUTANT == 3 -> hold = CLAIMED; won = true
        :: else -> won = false
        fi
    };
    if
    :: !won -> goto again
    :: else
    fi;

    /* quipui_tie() may say no; once is as good as often. */
    if
    :: !gives_back -> gives_back = true; hold = PENDING; goto again
    :: true
    fi;
    resolved++;
    if
    :: posts -> accounts[1].credits_posted++; accounts[0].debits_posted++
    :: !posts && MUTANT != 12 -> accounts[0].debits_total--; accounts[1].credits_total--
    :: else
    fi;
    hold = (posts -> POSTED : VOIDED);
over:
    done++
}

/* quipui_tie_see(), and a walk to the end of the strand (K1). */
proctype reader(byte a)
{
    byte version, head, mark, seen, number;
    mtype tie;

    do
    :: d_step {
           version = accounts[a].version;
           seen = accounts[a].head;
           mark = accounts[a].mark
       };
       head = seen;
       if
       :: mark == 0 -> break
       :: else
       fi;
       d_step { tie = knots[seen - 1].state; number = version };
       if
       :: tie == COMMITTED -> number = knots[seen - 1].version[a]
       :: else -> head = knots[seen - 1].previous[a]
       fi;
       if
       :: MUTANT == 7 || (accounts[a].version == version && accounts[a].head == seen &&
                          accounts[a].mark == mark) ->
          version = number;
          break
       :: else
       fi
    od;

    do
    :: head == 0 -> break
    :: else ->
       assert(knots[head - 1].state == COMMITTED);
       assert(knots[head - 1].version[a] == version);
       head = knots[head - 1].previous[a];
       version--
    od;
    assert(version == 0);
    done++
}

#define BROKEN(a) (accounts[a].debits_total > accounts[a].credits_posted || \
                   accounts[a].debits_posted > accounts[a].debits_total || \
                   accounts[a].credits_posted > accounts[a].tied_credits + credits_first)

byte credits_first;

/* No limit is broken at any instant, and what is posted is tied. */
active proctype observer()
{
end:
    (BROKEN(0) || BROKEN(1)) -> assert(false)
}

/* The third unit stopped with one mark on, or two; decided, or not. */
inline stop_unit()
{
    knots[2].version[0] = 1;
    knots[2].version[1] = 1;
    knots[2].attempt = 1;
    accounts[0].head = 3;
    accounts[0].mark = 1;
    if
    :: true
    :: true ->
       accounts[1].head = 3;
       accounts[1].mark = 1;
       if
       :: true
       :: true -> knots[2].state = COMMITTED; committed = 1
       fi
    fi
}

inline check_strand(a)
{
    n = accounts[a].version;
    at = accounts[a].head;
    assert(n == committed && accounts[a].mark == 0);
    do
    :: at == 0 -> break
    :: else ->
       assert(knots[at - 1].state == COMMITTED);
       assert(knots[at - 1].version[a] == n);
       n--;
       at = knots[at - 1].previous[a]
    od;
    assert(n == 0)
}

init {
    byte n, at;

    atomic {
        knots[0].state = OPEN;
        knots[1].state = OPEN;
        knots[2].state = OPEN;
        credits_first = (PROGRAM == 1 -> 1 : 3);
        accounts[0].credits_posted = credits_first;
        accounts[1].credits_posted = credits_first;
        accounts[0].credits_total = credits_first;
        accounts[1].credits_total = credits_first;
        if
        :: PROGRAM == 1 -> run unit(0, 0, 1); run unit(1, 0, 1); run unit(2, 1, 0)
        :: PROGRAM == 2 -> stop_unit();
           run unit(0, 0, 1);
           run unit(1, 1, 0);
           done++
        :: PROGRAM == 3 ->
           accounts[0].debits_total = 1;
           accounts[1].credits_total++;
           accounts[1].tied_credits = 1;
           run resolver(true);
           run resolver(false);
           done++
        :: PROGRAM == 4 -> run unit(0, 0, 1); run unit(1, 0, 1); run reader(0)
#if PROGRAM == 5
        :: PROGRAM == 5 ->
           run spender(1);
           if
           :: run spender(2)
           :: run voider()
           fi;
           if
           :: run chain(5, false)
           :: run chain(2, false)
           :: run chain(1, true)
           fi
#endif
        fi
    }
    done == 3;
    atomic {
        if
        :: PROGRAM == 1 ->
           assert(accounts[0].debits_total == accounts[0].debits_posted);
           assert(accounts[1].debits_total == accounts[1].debits_posted);
           assert(accounts[0].debits_posted == accounts[0].tied_debits)
        :: PROGRAM == 3 ->
           assert(resolved == 1 && accounts[0].debits_total == accounts[0].debits_posted)
#if PROGRAM == 5
        :: PROGRAM == 5 -> assert(totals[0] == tied[0] && totals[1] == tied[1])
#endif
        :: else -> check_strand(0); check_strand(1)
        fi
    }
}
