// The precompiled header of all tests (meson.build). It has no include guard: the compiler warns of
// one here.
#include "third_party/boost_test.h"
