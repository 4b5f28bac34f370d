#pragma once

// libbpf reports through a variadic callback, which Swift cannot implement.

// From now on libbpf's messages on this thread are kept, and those on others are not shown.
void clibbpf_log_begin(void);

// Ends that. The messages, which the caller frees, or NULL without memory.
char *clibbpf_log_end(void);
