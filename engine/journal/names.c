/* names.c - see names.h. */
#include "journal/names.h"

const char *const quipui_piece_names[NAME_PIECE_KINDS] = {"transfers.", "holds.",   "failed.",
                                                          "expiries.",  "imports.", "markers."};
