#include "quic_shims.h"
