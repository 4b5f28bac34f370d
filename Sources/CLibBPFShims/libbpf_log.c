#include "libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdio.h>

// The callback is the process's, so the log is the thread's.
static _Thread_local FILE *log_file;
static _Thread_local char *log_text;
static _Thread_local size_t log_size;

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG || !log_file)
		return 0;
	return vfprintf(log_file, format, arguments);
}

void clibbpf_log_begin(void)
{
	libbpf_set_print(keep);
	log_file = open_memstream(&log_text, &log_size);
}

char *clibbpf_log_end(void)
{
	if (!log_file || fclose(log_file))
		log_text = NULL;
	log_file = NULL;
	return log_text;
}
