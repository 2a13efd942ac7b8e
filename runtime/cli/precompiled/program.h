// Precompiled for the command line of oci-rt and for the programs beside it: these headers take
// longer to compile than most of the sources. Each source includes its headers itself. It has no
// include guard: the compiler warns of one here.
#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/lifecycle/operations.h"
