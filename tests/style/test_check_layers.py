#!/usr/bin/env python3
"""test_check_layers - includes against the arrows, planted, are found; those along them are not."""
import unittest

import check_layers
from planted import PlantedTree

SOUND = {
    "engine/api/open.c": '#include "write/batch.h"\n#include "quipu/quipu.h"\n',
    "engine/protocol/cas/cas.c": '#include "protocol/loop.inc.h"\n#include "records/account.h"\n',
    "engine/base/grace.c": '#include "base/grace.h"\n#include <urcu-bp.h>\n',
    "engine/command/commands/main.c": '#include "quipu/quipu.h"\n#include <stdio.h>\n',
    "engine/command/look/look.c": '#include "command/look/look.h"\n'
                                  '#include "command/csv/number.h"\n',
    "include/quipu/quipu.h": '#include "quipu/types.h"\n#include <stdint.h>\n',
}


class Layers(PlantedTree):
    FILES = SOUND
    check = staticmethod(check_layers.check)

    def plant(self, path, line, wanted):
        with self.subTest(path=path, line=line):
            files = {**SOUND, path: "/* a comment */\n" + line + "\n"}
            self.assert_finds(files, f"{path}:2: {wanted}")

    def test_sound_includes_are_sound(self):
        self.assertEqual(self.problems_of(SOUND), [])

    def test_arrows(self):
        self.plant("engine/base/x.c", '#include "records/account.h"', '"records/account.h"')
        self.plant("engine/base/x.c", '#include <quipu/types.h>', '"quipu/types.h"')
        self.plant("engine/rules/x.c", '#include "base/atomic.h"', '"base/atomic.h"')
        self.plant("engine/records/x.c", '#include "protocol/protocol.h"', '"protocol/protocol.h"')
        self.plant("engine/protocol/x.c", '#include "write/batch.h"', '"write/batch.h"')
        self.plant("engine/command/x.c", '#include "base/clock.h"', '"base/clock.h"')
        self.plant("include/quipu/x.h", '#include "base/clock.h"', '"base/clock.h"')

    def test_order_of_the_command(self):
        self.plant("engine/command/csv/x.c", '#include "command/load/load.h"',
                   '"command/load/load.h"')
        self.plant("engine/command/csv/x.c", '#include "command/report/report.h"',
                   '"command/report/report.h"')
        self.plant("engine/command/csv/x.c", '#include "command/other/x.h"', '"command/other/x.h"')

    def test_protocols_never_each_other(self):
        self.plant("engine/protocol/rcu/rcu.c", '#include "protocol/cas.h"', '"protocol/cas.h"')
        self.plant("engine/protocol/rcu/rcu.c", '#include "protocol/cas/cas.c"',
                   '"protocol/cas/cas.c"')

    def test_doors(self):
        self.plant("engine/records/x.c", "#include <urcu-bp.h>", "<urcu-bp.h>")
        self.plant("engine/write/x.c", "#include <stdatomic.h>", "<stdatomic.h>")
        self.plant("engine/rules/x.c", "#include <time.h>", "<time.h>")

    def test_ways_around(self):
        self.plant("engine/base/x.c", '#include "../records/account.h"', '"../records/account.h"')

    def test_unknown_layer(self):
        self.assert_finds({**SOUND, "engine/other/x.c": "\n"}, "engine/other/x.c:1: no such layer")


if __name__ == "__main__":
    unittest.main()
