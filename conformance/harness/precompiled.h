// The precompiled header of the harness and all cases (meson.build). It has no include guard: the
// compiler warns of one here.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/harness/bundle.h"
#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"
