// The parent's half of sync/listener.h: from init's page to the agent.
#pragma once

#include "runtime/launch/gate.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// A new file of one page, without a name, for whoever inherits it.
Result<sys::UniqueFd> make_listener_page();

// Waits until init has its listener, gives it to handover.deliver and lets init go on. Ok as well
// if init ended before it had one: it has told why.
Status hand_over(int page, const Handover& handover);

}  // namespace oci::launch
