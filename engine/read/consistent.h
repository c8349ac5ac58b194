/* consistent.h - reading accounts so that nothing in them is due. */
#ifndef QUIPU_READ_CONSISTENT_H
#define QUIPU_READ_CONSISTENT_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

struct reader {
    struct store *store;
    const struct protocol *protocol;
    struct worker *worker;
    uint64_t seen; /* the largest timestamp of what it has copied, or 0; of a durable ledger */
};

/* It has copied something that happened at this timestamp. */
static inline void reader_saw(struct reader *reader, uint64_t timestamp)
{
    if (timestamp > reader->seen) reader->seen = timestamp;
}

/* Take an idle worker to read with. Returns false if memory runs out. */
bool quipui_reader_open(struct reader *reader, struct store *store,
                        const struct protocol *protocol);
void quipui_reader_close(struct reader *reader);

/* Copy accounts (sorted by slot, each once) as the protocol reads them, with nothing in them that
 * is due by now. Returns false if memory runs out. */
bool quipui_read(struct reader *reader, struct copy *copies, size_t count);

#endif
