/* consistent.h - reading accounts so that nothing in them is due. */
#ifndef QUIPU_READ_CONSISTENT_H
#define QUIPU_READ_CONSISTENT_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

struct reader {
    struct store *store;
    const struct protocol *protocol;
    struct worker *worker;
};

/* Take an idle worker to read with. Returns false if memory runs out. */
bool quipui_reader_open(struct reader *reader, struct store *store,
                        const struct protocol *protocol);
void quipui_reader_close(struct reader *reader);

/* Copy accounts (sorted by slot, each once) as the protocol reads them, with nothing in them that
 * is due by now. Returns false if memory runs out. */
bool quipui_read(struct reader *reader, struct copy *copies, size_t count);

#endif
