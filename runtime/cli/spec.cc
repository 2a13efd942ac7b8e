// oci-rt spec
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/cli/command.h"
#include "runtime/sys/file.h"
#include "spec/write/default_config.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "bundle directory (default: .)"},
    {.letter = 'f',
     .name = "file",
     .value = "FILE",
     .help = "name of the file (default: config.json)"},
    {.name = "rootless",
     .help = "for an ordinary user, with a user namespace (default: true, for root false)"},
};

Result<int> run(const lifecycle::Context&, const Arguments& arguments) {
  std::string path = arguments.text("file");
  if (path.empty()) path = "config.json";
  if (const std::string dir = arguments.text("bundle"); !dir.empty() && path.front() != '/') {
    path = cat(dir, "/", path);
  }
  const int raw = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (raw < 0 && errno == EEXIST) {
    return Error(ErrorKind::kExists, cat("'", path, "' already exists; remove it first"));
  }
  if (raw < 0 && errno == ENOENT) {
    const std::string dir = path.substr(0, path.rfind('/'));
    return Error(ErrorKind::kUsage, cat("there is no directory '", dir,
                                        "'; create it first: mkdir -p ", dir, "/rootfs"));
  }
  if (raw < 0) return Error::system(errno, cat("write '", path, "'"));
  const sys::UniqueFd fd(raw);
  // An unprivileged user gets a config that they can run. --rootless=false writes that of root.
  const bool rootless =
      arguments.value("rootless").empty() ? geteuid() != 0 : arguments.flag("rootless");
  const std::string text =
      rootless ? spec::rootless_config(geteuid(), getegid()) : spec::default_config();
  OCI_TRY(sys::write_all(fd.get(), text, path));
  return 0;
}

}  // namespace

constinit const Command kSpecCommand{
    .syntax = {.command = "spec",
               .summary = "Writes a config.json to start from.",
               .options = kOptions},
    .run = run,
};

}  // namespace oci::cli
