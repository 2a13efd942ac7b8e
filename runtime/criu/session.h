// The preparations that both verbs share: the program, its options and its failures.
#pragma once

#include <string>
#include <string_view>

#include "runtime/criu/rpc.h"
#include "runtime/criu/swrk.h"
#include "runtime/criu/verbs.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::criu {

// Where CRIU is, and which it is.
struct Program {
  std::string path;
  int32_t version = 0;  // Response::version
};

// kUnsupported: there is none in PATH, it is too old, or the caller is not root.
Result<Program> find_program();

// The directories of one request.
struct Directories {
  std::string image_path, work_path;  // absolute
  sys::UniqueFd images, work;         // `work`: -1 where it is that of the images
  std::string log(std::string_view name) const;
};

// Makes the work directory where it is missing, and with `make` that of the images as well.
Result<Directories> open_directories(const ImageOptions& options, bool make);

// Opens them again, in the mount namespace that `criu` has entered: it can mount only there.
Status open_directories_of(pid_t criu, Directories& directories, Options& options);

// The options of a request that need no container. `log`: the name of its file.
Options common_options(const ImageOptions& options, const Directories& directories,
                       const spec::Config& config, std::string_view log);

// Makes sure that CRIU and the kernel have the features. `tracker`: the option that wants
// mem_track.
Status check_features(const Program& program, const Features& wanted,
                      std::string_view tracker = {});

// Refuses a config with a property that this CRIU would lose.
Status check_keeps(const Program& program, const spec::Config& config);

// Refuses an AppArmor profile that is not loaded. `option`: --lsm-profile, or "".
Status check_profile(std::string_view option, const spec::Config& config);

// Failure of a request: CRIU's own words, and the place of its log.
Error failure_of(const Response& response, const std::string& log);
// The same for an error without an answer.
Error with_log(Error error, const std::string& log);

}  // namespace oci::criu
