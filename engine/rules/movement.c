/* movement.c - see movement.h. */
#include "rules/movement.h"

struct movement quipui_rules_movement(const quipu_transfer *stored, const quipu_transfer *pending)
{
    struct movement moved = {0, 0, 0};

    if (pending != NULL) moved.released = pending->amount;
    if ((stored->flags & QUIPU_TRANSFER_PENDING) != 0) {
        moved.reserved = stored->amount;
    } else if ((stored->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) == 0) {
        moved.posted = stored->amount;
    }
    return moved;
}

struct movement quipui_rules_expiry_movement(const quipu_transfer *pending)
{
    return (struct movement){.released = pending->amount};
}
