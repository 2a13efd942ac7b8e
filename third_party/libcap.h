// The only file that includes libcap: the names of capabilities.
#pragma once

#include <sys/capability.h>
