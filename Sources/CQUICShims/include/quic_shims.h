#pragma once

#include "ngtcp2_shims.h"
#include "openssl_shims.h"
