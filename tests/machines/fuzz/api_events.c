/* api_events.c - accounts and transfers out of bytes: a few bytes for what is plain. */
#include "machines/fuzz/api.h"

quipu_uint128 read_account_id(unsigned nibble)
{
    return (nibble & 15) == 15 ? ID_MAX : nibble & 15;
}

quipu_uint128 read_transfer_id(uint8_t byte)
{
    return byte == 255 ? ID_MAX : byte;
}

/* Small ones by themselves, and around each place where a carry or a limit is. */
static quipu_uint128 read_amount(struct bytes *bytes)
{
    static const unsigned shifts[] = {16, 32, 63, 64, 65, 126, 127};
    uint8_t byte = bytes_take(bytes);
    unsigned from = byte - 192u;

    if (byte < 192) return byte;
    if (from < 21) return ((quipu_uint128)1 << shifts[from / 3]) + from % 3 - 1;
    if (from < 32) return QUIPU_AMOUNT_MAX - (from - 21);
    return (quipu_uint128)bytes_number(bytes, 8) << 64 | bytes_number(bytes, 8);
}

/* Before, at and after what an import may say. */
static uint64_t read_timestamp(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);
    unsigned by = byte >> 3;

    switch (byte & 7) {
    case 0: return by;
    case 1: return (uint64_t)INT64_MAX - 3 + by;
    case 2: return s->twin.now - by;
    case 3: return s->twin.now + by;
    case 4: return s->twin.now + s->twin.step + by;
    default: return NOON - SECOND + bytes_number(&s->bytes, 2);
    }
}

static void make_account_odd(struct session *s, quipu_account *a)
{
    uint8_t byte = bytes_take(&s->bytes);

    switch (byte & 15) {
    case 0: a->flags |= QUIPU_ACCOUNT_HISTORY; break;
    case 1: a->flags |= QUIPU_ACCOUNT_CLOSED; break;
    case 2:
        a->flags |= QUIPU_ACCOUNT_IMPORTED;
        a->timestamp = read_timestamp(s);
        break;
    case 3: a->ledger = byte >> 4; break;
    case 4: a->code = byte >> 4; break;
    case 5: a->flags = (uint16_t)bytes_number(&s->bytes, 2); break;
    case 6: a->reserved = byte >> 4; break;
    case 7: a->debits_pending = byte >> 4; break;
    case 8: a->debits_posted = byte >> 4; break;
    case 9: a->credits_pending = byte >> 4; break;
    case 10: a->credits_posted = byte >> 4; break;
    case 11: a->user_data_128 = byte >> 4; break;
    case 12: a->user_data_64 = byte >> 4; break;
    case 13: a->user_data_32 = byte >> 4; break;
    case 14: a->timestamp = byte >> 4; break;
    default: a->id = ((quipu_uint128)bytes_number(&s->bytes, 8) << 64) + (byte >> 4); break;
    }
}

size_t read_accounts(struct session *s, quipu_account *events)
{
    size_t count = 1 + bytes_take(&s->bytes) % 16;

    for (size_t i = 0; i < count; i++) {
        uint8_t byte = bytes_take(&s->bytes);

        events[i] = an_account(read_account_id(byte));
        if (byte & 16) events[i].flags |= QUIPU_ACCOUNT_LINKED;
        if (byte & 32) events[i].flags |= QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
        if (byte & 64) events[i].flags |= QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
        if (byte & 128) make_account_odd(s, &events[i]);
    }
    return count;
}

static void make_transfer_odd(struct session *s, quipu_transfer *t)
{
    uint8_t byte = bytes_take(&s->bytes);

    switch (byte & 15) {
    case 0: t->flags = (uint16_t)bytes_number(&s->bytes, 2); break;
    case 1: t->flags |= QUIPU_TRANSFER_BALANCING_DEBIT; break;
    case 2: t->flags |= QUIPU_TRANSFER_BALANCING_CREDIT; break;
    case 3: t->flags |= QUIPU_TRANSFER_CLOSING_DEBIT; break;
    case 4: t->flags |= QUIPU_TRANSFER_CLOSING_CREDIT; break;
    case 5:
        t->flags |= QUIPU_TRANSFER_IMPORTED;
        t->timestamp = read_timestamp(s);
        break;
    case 6: t->ledger = byte >> 4; break;
    case 7: t->code = byte >> 4; break;
    case 8: t->timeout = byte >> 4; break;
    case 9: t->timeout = (uint32_t)bytes_number(&s->bytes, 4); break;
    case 10: t->pending_id = read_transfer_id(bytes_take(&s->bytes)); break;
    case 11: t->user_data_128 = byte >> 4; break;
    case 12: t->user_data_64 = byte >> 4; break;
    case 13: t->user_data_32 = byte >> 4; break;
    case 14: t->timestamp = byte >> 4; break;
    default: t->id = ((quipu_uint128)bytes_number(&s->bytes, 8) << 64) + (byte >> 4); break;
    }
}

static void shape(struct session *s, quipu_transfer *t, uint8_t byte)
{
    switch (byte & 7) {
    case 0:
    case 1: break;
    case 2: t->flags = QUIPU_TRANSFER_PENDING; break;
    case 3:
        t->flags = QUIPU_TRANSFER_PENDING;
        t->timeout = 1 + (byte >> 6);
        break;
    case 4: /* inherits all it can */
        *t = a_post(t->id, read_transfer_id(bytes_take(&s->bytes)), t->amount);
        break;
    case 5: *t = a_void(t->id, read_transfer_id(bytes_take(&s->bytes))); break;
    case 6:
        t->flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        t->pending_id = read_transfer_id(bytes_take(&s->bytes));
        break;
    default:
        t->flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
        t->pending_id = read_transfer_id(bytes_take(&s->bytes));
        break;
    }
    if (byte & 8) t->flags |= QUIPU_TRANSFER_LINKED;
    for (unsigned odds = byte >> 4 & 3; odds > 0; odds--)
        make_transfer_odd(s, t);
}

size_t read_transfers(struct session *s, quipu_transfer *events)
{
    size_t count = 1 + bytes_take(&s->bytes) % 16;

    for (size_t i = 0; i < count; i++) {
        uint8_t id = bytes_take(&s->bytes), accounts = bytes_take(&s->bytes);
        quipu_uint128 amount = read_amount(&s->bytes);

        events[i] = a_transfer(read_transfer_id(id), read_account_id(accounts >> 4),
                               read_account_id(accounts), amount);
        shape(s, &events[i], bytes_take(&s->bytes));
    }
    return count;
}
