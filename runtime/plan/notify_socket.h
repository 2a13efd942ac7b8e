// The notify socket of a container: sd_notify(3). The runtime forwards its messages
// (runtime/foreground/notify.h).
#pragma once

#include <string>

#include "spec/model/config.h"

namespace oci::plan {

// In the state directory: the source of the mount.
inline constexpr char kNotifyDirectory[] = "notify";
inline constexpr char kNotifySocket[] = "notify.sock";

// Adds the mount and the variable to a validated config. `state_dir`: the state directory of the
// container. false: it has no process, or an engine has set NOTIFY_SOCKET already.
bool add_notify_socket(spec::Config& config, const std::string& state_dir);

}  // namespace oci::plan
