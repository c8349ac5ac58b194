#!/usr/bin/env python3
"""test_check_edges - each fault that check_edges.py is for, planted in sound code, is found."""
import unittest

import check_edges
from planted import PlantedTree

ATOMIC = """/* atomic.h - verbs. */
#define load_relaxed(p) atomic_load_explicit((p), memory_order_relaxed)
#define load_acquire(p) atomic_load_explicit((p), memory_order_acquire)
#define store_relaxed(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_release(p, v) atomic_store_explicit((p), (v), memory_order_release)
#define cas_acq_rel(p, seen, next)                                                     \\
    atomic_compare_exchange_strong_explicit((p), (seen), (next), memory_order_acq_rel, \\
                                            memory_order_acquire)
#define load_seq_cst(p) atomic_load_explicit((p), memory_order_seq_cst)
#define exchange_seq_cst(p, v) atomic_exchange_explicit((p), (v), memory_order_seq_cst)
static inline void fence_full(void)
{
    atomic_thread_fence(memory_order_seq_cst);
}
"""

CODE = """/* box.c - a value handed from one thread to another. */
#include "base/atomic.h"

void put(struct box *box, int value)
{
    box->value = value;
    /* edge box.full: release; pairs with the acquire in get(). Carries the
     * value. */
    store_release(&box->full, 1);
}

bool get(struct box *box, int *value)
{
    /* relaxed: a hint; the acquire below decides. */
    if (!load_relaxed(&box->full)) return false;

    /* edge box.full: acquire; pairs with release in put(). */
    if (!load_acquire(&box->full)) {
        return false;
    }
    *value = box->value;
    return true;
}

void take_turn(struct box *box)
{
    unsigned seen = load_relaxed(&box->turn); /* relaxed: a guess. */

    do {
        /* edge box.turn: acq_rel; pairs with itself. Carries what was done in a turn. */
    } while (!cas_acq_rel(&box->turn, &seen, seen + 1));
}

void knock(struct box *box)
{
    /* edge box.door: seq_cst; pairs with seq_cst in enter(). Carries nothing. Each of the two
     * stores its own word and loads the other's, and one must see the other. */
    (void)exchange_seq_cst(&box->door, 1);
}

bool enter(struct box *box)
{
    /* edge box.door: seq_cst; pairs with seq_cst in knock(). */
    return load_seq_cst(&box->door) == 0;
}

void look_twice(struct box *box)
{
    /* The one full fence: the loads above it stay above. */
    fence_full();
}
"""

REGISTER = """# Memory order

| edge | writer | reader | carries |
| --- | --- | --- | --- |
| `box.door` | `box/box.c:knock` | `box/box.c:enter` | nothing |
| `box.full` | `box/box.c:put` | `box/box.c:get` | the value |
| `box.turn` | `box/box.c:take_turn` | `box/box.c:take_turn` | a turn |
"""

BOX = "engine/box/box.c"
DOC = "docs/memory-order.md"


class Edges(PlantedTree):
    FILES = {"engine/base/atomic.h": ATOMIC, BOX: CODE, DOC: REGISTER}
    check = staticmethod(check_edges.check)

    def test_sound_code_is_sound(self):
        self.assertEqual(self.problems_of(self.FILES), [])

    def test_misspelt_partner(self):
        self.assert_planted(BOX, "acquire in get()", "acquire in got()", "no acquire", "got()")

    def test_partner_that_is_another_function(self):
        self.assert_planted(BOX, "acquire in get()", "acquire in look_twice()", "look_twice()")

    def test_partner_may_call_the_one_that_holds_the_end(self):
        caller = "void fill(struct box *box)\n{\n    put(box, 1);\n}\n"
        code = CODE.replace("release in put()", "release in fill()")
        self.assertEqual(self.problems_of({**self.FILES, BOX: code + "\n" + caller}), [])

    def test_weakened_release(self):
        self.assert_planted(BOX, "store_release(&box->full", "store_relaxed(&box->full",
                            "store_relaxed: the comment at line 7 says release",
                            "covers no release", "the edge has no writer")

    def test_weakened_acquire(self):
        self.assert_planted(BOX, "load_acquire(&box->full", "load_relaxed(&box->full",
                            "load_relaxed: the comment at line 17 says acquire")

    def test_weakened_compare_and_swap(self):
        self.assert_planted(BOX, "pairs with itself. Carries", "pairs with itself, and carries",
                            "Carries")

    def test_strengthened_without_a_word(self):
        self.assert_planted(BOX, "!load_relaxed(&box->full", "!load_acquire(&box->full",
                            "load_acquire: the comment at line 14 says relaxed")

    def test_wrong_order_word(self):
        self.assert_planted(BOX, "box.full: release", "box.full: acquire",
                            "store_release: the comment at line 7 says acquire")

    def test_order_that_does_not_pair(self):
        self.assert_planted(BOX, "with release in put()", "with acquire in put()",
                            "acquire does not pair with acquire", "no acquire")

    def test_deleted_comment(self):
        self.assert_planted(BOX, "    /* edge box.full: acquire; pairs with release in put(). */\n",
                            "", "load_acquire: no `edge NAME: ...` comment above")

    def test_deleted_reason(self):
        self.assert_planted(BOX, " /* relaxed: a guess. */", "",
                            "load_relaxed: no `relaxed: REASON` comment above")

    def test_empty_reason(self):
        self.assert_planted(BOX, "relaxed: a guess.", "relaxed: .", "no reason")

    def test_comment_too_far_above(self):
        self.assert_planted(BOX, "release in put(). */\n", "release in put(). */\n\n",
                            "load_acquire: no `edge NAME: ...`")

    def test_missing_carries(self):
        self.assert_planted(BOX, "Carries the\n     * value.", "", "says what it `Carries`")

    def test_missing_partner(self):
        self.assert_planted(BOX, "; pairs with release in put()", "", "names no partner")

    def test_edge_of_one_end(self):
        self.assert_planted(BOX, "edge box.full: acquire", "edge box.fill: acquire",
                            "box.fill: the edge has no writer", "box.full: the edge has no reader")

    def test_seq_cst_without_its_reason(self):
        self.assert_planted(BOX, "stores its own word and loads", "writes its own word and reads",
                            "names the two stores and two loads")

    def test_seq_cst_ends_of_one_side(self):
        self.assert_planted(BOX, "seq_cst in knock()", "seq_cst in enter()",
                            "seq_cst does not pair with seq_cst")

    def test_second_fence(self):
        self.assert_planted(BOX, "    *value = box->value;",
                            "    /* fence */\n    fence_full();\n    *value = box->value;",
                            "a second fence_full()")

    def test_fence_without_a_word(self):
        self.assert_planted(BOX, "The one full fence: the loads", "The loads", "no `fence` comment")

    def test_banned_words(self):
        for banned in ("atomic_thread_fence(memory_order_release);", "volatile int x;",
                       "atomic_load(&box->full);", "atomic_fetch_add(&box->full, 1);",
                       "__sync_synchronize();", "__atomic_load_n(&x, 0);", "cmm_smp_mb();"):
            with self.subTest(banned):
                self.assert_planted(BOX, "    *value = box->value;", "    " + banned,
                                    "use a verb of base/atomic.h")

    def test_banned_word_in_a_comment_is_none(self):
        files = self.changed(BOX, "a value handed", "volatile: a value handed")
        self.assertEqual(self.problems_of(files), [])

    def test_verb_that_does_not_do_what_it_says(self):
        self.assert_planted("engine/base/atomic.h", "memory_order_release", "memory_order_relaxed",
                            "store_release does relaxed")

    def test_register_missing(self):
        files = {path: text for path, text in self.FILES.items() if path != DOC}
        self.assert_finds(files, "docs/memory-order.md:1: missing")

    def test_register_out_of_date(self):
        self.assert_planted(DOC, "`box.turn`", "`box.tern`", "no such edge", "box.turn: not listed")
        self.assert_planted(DOC, "`box/box.c:put`", "`box/box.c:get`", "put is missing",
                            "get is not one")


if __name__ == "__main__":
    unittest.main()
