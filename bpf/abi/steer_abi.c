// A C target needs a source file; this one also checks the header's assertions for the host.
#include "steer_abi.h"
