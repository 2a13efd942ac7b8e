// Mount options, checked against simple parsers.
//
// The first line is the type of the mount, each other line an option.
#include <sys/mount.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "conformance/product/fuzz/target.h"
#include "runtime/plan/mount_options.h"
#include "spec/error.h"

namespace oci::fuzz {
namespace {

using plan::MountOptions;
using plan::MountParameter;
using Options = std::vector<std::string>;

bool is_known(std::string_view option) {
  const auto names = plan::known_mount_options();
  return std::find(names.begin(), names.end(), option) != names.end() ||
         option.starts_with("idmap=") || option.starts_with("ridmap=");
}

// Of two opposite options, the last one counts.
void check_pair(const Options& options, std::string_view on, std::string_view off, bool set,
                bool cleared) {
  bool last_on = false, last_off = false;
  for (const std::string& option : options) {
    if (option != on && option != off) continue;
    last_on = option == on;
    last_off = option == off;
  }
  demand(set == last_on && cleared == last_off, "the last of two opposite options counts", on);
}

void check_flags(const Options& options, const MountOptions& out) {
  struct Pair {
    std::string_view on, off;
    uint64_t bit;
  };
  constexpr Pair kAttributes[] = {{"ro", "rw", MOUNT_ATTR_RDONLY},
                                  {"nosuid", "suid", MOUNT_ATTR_NOSUID},
                                  {"nodev", "dev", MOUNT_ATTR_NODEV},
                                  {"noexec", "exec", MOUNT_ATTR_NOEXEC},
                                  {"nosymfollow", "symfollow", MOUNT_ATTR_NOSYMFOLLOW},
                                  {"nodiratime", "diratime", MOUNT_ATTR_NODIRATIME}};
  for (const Pair& pair : kAttributes) {
    check_pair(options, pair.on, pair.off, (out.attr_set & pair.bit) != 0,
               (out.attr_clear & pair.bit) != 0);
    const std::string on = cat("r", pair.on), off = cat("r", pair.off);
    check_pair(options, on, off, (out.tree_set & pair.bit) != 0, (out.tree_clear & pair.bit) != 0);
  }
  for (const auto& [set, clear] :
       {std::pair{out.attr_set, out.attr_clear}, std::pair{out.tree_set, out.tree_clear}}) {
    const uint64_t atime = clear & MOUNT_ATTR__ATIME;
    demand(atime == 0 || atime == MOUNT_ATTR__ATIME, "all of the access time is cleared, or none");
    demand(atime != 0 || (set & MOUNT_ATTR__ATIME) == 0,
           "an access time is set in place of another");
    demand((set & MOUNT_ATTR__ATIME) != MOUNT_ATTR__ATIME,
           "an access time is one that the kernel has");
  }
  demand((out.super_set & out.super_clear) == 0, "a flag of the filesystem is set or cleared");
  constexpr uint64_t kPropagations[] = {0, MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE};
  demand(std::find(std::begin(kPropagations), std::end(kPropagations), out.propagation) !=
             std::end(kPropagations),
         "a propagation is one that the kernel has");
}

std::string without_marks(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c != ',' && c != '"'; });
  return out;
}

std::string text_of(const MountParameter& parameter) {
  return cat(parameter.key, parameter.has_value ? "=" : "", parameter.value);
}

// All options that the runtime does not know reach the filesystem without loss or addition of a
// character.
void check_parameters(const Options& options, const MountOptions& out) {
  std::string given, taken;
  for (const std::string& option : options)
    if (!is_known(option)) given += without_marks(option);
  for (const MountParameter& parameter : out.parameters) {
    demand(parameter.option < options.size(), "a parameter knows its option");
    demand(options[parameter.option].find(parameter.key) != std::string::npos,
           "a parameter's name is in its option");
    taken += without_marks(text_of(parameter));
  }
  demand(given == taken, "each character of an option reaches the filesystem",
         cat(given, "\nbecame ", taken));
}

// Without escapes and quotes, commas separate the parameters.
void check_pieces(const Options& options, const MountOptions& out) {
  Options pieces;
  for (const std::string& option : options) {
    if (option.find_first_of("\"\\") != option.npos) return;
    for (std::string_view left = option; !is_known(option) && !left.empty();) {
      const std::string_view piece = left.substr(0, left.find(','));
      left.remove_prefix(std::min(piece.size() + 1, left.size()));
      if (!piece.empty()) pieces.emplace_back(piece);
    }
  }
  demand(pieces.size() == out.parameters.size(), "each piece is a parameter");
  for (size_t i = 0; i < pieces.size(); ++i)
    demand(pieces[i] == text_of(out.parameters[i]), "a parameter is its piece", pieces[i]);
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  std::vector<std::string> lines;
  for (std::string_view left = fuzz::text_of(data, size); !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    lines.emplace_back(line);
  }
  if (lines.empty()) return 0;
  const std::string type = lines.front();
  lines.erase(lines.begin());
  const plan::MountOptions out = plan::fold_mount_options(lines, type);
  fuzz::check_flags(lines, out);
  fuzz::check_parameters(lines, out);
  if (type != "tmpfs" && type != "overlay") fuzz::check_pieces(lines, out);
  return 0;
}
