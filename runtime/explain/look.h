// The checks of `check` that belong to a single step of `create`. Each adds problems with the
// sentence of that step. None changes anything.
#pragma once

#include <string>
#include <string_view>

#include "runtime/lifecycle/prepare.h"
#include "runtime/sys/unique_fd.h"
#include "spec/diagnostics.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::explain {

// Adds an error of another function, with its code: "mounts[2].source: TEXT".
void add_error(const Error& error, spec::Diagnostics& problems);

// The root filesystem of a bundle, as the container would see it before its mounts.
class RootView {
 public:
  RootView(const spec::Config& config, std::string_view bundle);

  explicit operator bool() const { return static_cast<bool>(root_); }

  // Opens `path` (O_PATH), links followed inside the root. -1: errno tells.
  sys::UniqueFd open(const std::string& path) const;

  // Whether a mount of the config hides the place of `path`, so that the bundle does not tell what
  // is there. `before`: only mounts with a lower index count.
  bool is_covered(const std::string& path, size_t before) const;
  bool is_covered(const std::string& path) const;

 private:
  std::string real_path(const std::string& path) const;

  const spec::Config& config_;
  sys::UniqueFd root_;
  std::string root_path_;
};

// process.args[0], its interpreter and its loader, process.cwd.
void look_at_program(const spec::Config& config, const RootView& root, spec::Diagnostics& problems);

// Types of filesystems, and targets that do not fit their sources.
void look_at_mounts(const spec::Config& config, std::string_view bundle, const RootView& root,
                    spec::Diagnostics& problems);

// Files of namespaces, hooks, devices of the host.
void look_at_files(const spec::Config& config, spec::Diagnostics& problems);

// Policies of the process and the filter, by trying them on a child of this process.
void look_at_kernel(const spec::Config& config, spec::Diagnostics& problems);

// Id maps and cgroup controllers, from the decisions.
void look_at_plan(const lifecycle::Prepared& prepared, spec::Diagnostics& problems);

}  // namespace oci::explain
