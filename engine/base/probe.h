/* probe.h - points where bpftrace, perf and SystemTap can look at a running ledger.
 *
 * Of a build with QUIPU_PROBES a probe is one nop, and a note of its place in .note.stapsdt. Of any
 * other it is nothing: its arguments are not evaluated. docs/watching.md lists the probes. */
#ifndef QUIPU_BASE_PROBE_H
#define QUIPU_BASE_PROBE_H

#ifdef QUIPU_PROBES
#include <sys/sdt.h>
#define probe(name, one, two) DTRACE_PROBE2(quipu, name, one, two)
#else
#define probe(name, one, two) ((void)(0 && (one)), (void)(0 && (two)))
#endif

#endif
