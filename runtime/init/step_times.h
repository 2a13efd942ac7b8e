// The page of a trace, where init notes when its steps begin: runtime/wire/step_times.h.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// Maps the page, if the runtime makes a trace. A step must not fail because of a trace: without the
// page nothing is noted.
void map_times(Context&);
// Notes that the row `row` begins now, unless that is noted already.
void note_time(Context&, size_t row);
// Ends the running step: what follows belongs to the next one.
inline void end_step(Context& context) {
  if (context.times != nullptr) note_time(context, context.row + size_t{1});
}

}  // namespace oci::init
