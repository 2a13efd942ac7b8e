// The only file that includes cxxopts. Without std::regex, which costs a locale at start.
#pragma once

#define CXXOPTS_NO_REGEX 1
#include <cxxopts.hpp>
