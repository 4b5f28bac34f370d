#pragma once

#include <stdint.h>

// How often this process has allocated memory.
uint64_t allocations_count(void);

// How often the calling thread has.
uint64_t allocations_count_of_thread(void);
