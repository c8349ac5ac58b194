/* wire.pml - engine/wire/wire_ring.h, M5: no bell is lost, and neither side sleeps over what it
 * waits for.
 *
 * One ring is enough of each kind: requests from client to server, answers back. Positions count
 * messages; a ring has room for SIZE. Both sides sleep on a bell: the server's is an eventfd watched
 * by edge-triggered epoll, so it is a count of rings that was not looked at; the client's a byte on
 * the socket, which it takes off before it looks again. The client asks CALLS times, one call at a
 * time in program 1, and without waiting for answers in program 2, so that both rings fill up.
 * Memory is sequentially consistent here: that stores and loads do not pass each other is shown by
 * the litmus shapes wire.tail.bell and wire.head.bell.
 *
 *   client   ask() and hear() of connect/connection.c, wait_asleep() of connect/link_wait.c
 *   server   client_turn() of server/server_client.c, sleep_until_called() of server/server_loop.c
 *
 * PROGRAM 1: one call at a time
 * PROGRAM 2: requests ahead of answers; the server waits for room
 *
 * MUTANT 1 PROGRAM 1: the client does not look again after it has lain down
 * MUTANT 2 PROGRAM 1: the server does not look again after it has lain down
 * MUTANT 3 PROGRAM 1: the flag is looked at before the tail is moved, by the client
 * MUTANT 4 PROGRAM 1: the flag is looked at before the tail is moved, by the server
 * MUTANT 5 PROGRAM 2: the client rings for no room
 * MUTANT 6 PROGRAM 1: the client takes its bells off after it has lain down
 * MUTANT 7 PROGRAM 1: the flag is taken back after the bell was rung
 *
 * That the server rings for room is not needed here: each request that it takes is answered, and
 * that rings, too. It spares a client that has filled its ring the wait for a disk. */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PROGRAM
#define PROGRAM 1
#endif

#define CALLS 4
#define SIZE 1

byte requests_tail, requests_head, answers_tail, answers_head;
bool client_sleeps, server_sleeps;
bool client_bell, server_bell; /* rung, and not heard yet */
byte done;

/* wire_must_ring(), and the bell. */
inline ring(sleeps, bell)
{
    if
    :: sleeps ->
       if
       :: MUTANT == 7 -> bell = true; sleeps = false
       :: else -> sleeps = false; bell = true
       fi
    :: else
    fi
}

/* A bell that is rung by what was seen of the flag before. */
inline ring_as_seen(seen, sleeps, bell)
{
    if
    :: seen -> sleeps = false; bell = true
    :: else
    fi
}

#define ANSWERED (answers_tail != answers_head)
#define REQUESTS_HAVE_ROOM (requests_tail - requests_head < SIZE)
#define ASKED (requests_tail != requests_head)
#define ANSWERS_HAVE_ROOM (answers_tail - answers_head < SIZE)

proctype client()
{
    byte asked, heard;
    bool seen, found;

    do
    :: heard == CALLS -> break
    :: else ->
       found = false;
       if /* ask */
       :: asked < CALLS && REQUESTS_HAVE_ROOM && (PROGRAM == 2 || asked == heard) ->
          if
          :: MUTANT == 3 -> seen = server_sleeps
          :: else
          fi;
          requests_tail++;
          asked++;
          found = true;
          if
          :: MUTANT == 3 -> ring_as_seen(seen, server_sleeps, server_bell)
          :: else -> ring(server_sleeps, server_bell)
          fi
       :: else
       fi;
       if /* hear */
       :: ANSWERED ->
          answers_head++;
          heard++;
          found = true;
          if
          :: MUTANT != 5 -> ring(server_sleeps, server_bell)
          :: else
          fi
       :: else
       fi;
       if /* wait_asleep() */
       :: !found ->
          client_sleeps = true;
          if
          :: MUTANT != 1 && (ANSWERED || (asked < CALLS && REQUESTS_HAVE_ROOM &&
                                          (PROGRAM == 2 || asked == heard)))
          :: else ->
             if
             :: MUTANT == 6 -> client_bell = false
             :: else
             fi;
             client_bell; /* ppoll(), quipui_wire_hear() */
             client_bell = false
          fi;
          client_sleeps = false
       :: else
       fi
    od;
    done++
}

proctype server()
{
    byte taken, answered;
    bool seen, found;

    do
    :: answered == CALLS -> break
    :: else ->
       found = false;
       if
       :: ASKED && ANSWERS_HAVE_ROOM ->
          requests_head++;
          taken++;
          found = true;
          ring(client_sleeps, client_bell);
          if
          :: MUTANT == 4 -> seen = client_sleeps
          :: else
          fi;
          answers_tail++;
          answered++;
          if
          :: MUTANT == 4 -> ring_as_seen(seen, client_sleeps, client_bell)
          :: else -> ring(client_sleeps, client_bell)
          fi
       :: else
       fi;
       if
       :: !found ->
          server_sleeps = true;
          if
          :: MUTANT != 2 && ASKED && ANSWERS_HAVE_ROOM
          :: else -> server_bell; server_bell = false
          fi;
          server_sleeps = false
       :: else
       fi
    od;
    done++
}

init {
    atomic { run client(); run server() };
    done == 2
}
