// The same program, as C++.
#include "redis_consumer.c"
