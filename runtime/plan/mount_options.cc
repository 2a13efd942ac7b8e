#include "runtime/plan/mount_options.h"

#include <sys/mount.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>

namespace oci::plan {
namespace {

enum class Effect : uint8_t {
  kNothing,
  kCopyUp,
  kBind,
  kRemount,
  kIdMap,     // bits: MS_REC or nothing
  kLink,      // bits: one of kCopySymlink, kSourceNofollow, kTargetNofollow
  kSet,       // bits: MOUNT_ATTR_*, of this mount
  kClear,     //
  kAtime,     // bits: a value of the field MOUNT_ATTR__ATIME
  kAtimeOff,  // bits: the value that it resets
  kTreeSet,   // the same four, also for all mounts below
  kTreeClear,
  kTreeAtime,
  kTreeAtimeOff,
  kPropagation,  // bits: MS_*, perhaps with MS_REC
  kSuperSet,     // bits: MS_*, of the whole filesystem
  kSuperClear,
};

constexpr uint64_t kCopySymlink = 1, kSourceNofollow = 2, kTargetNofollow = 4;

struct Option {
  std::string_view name;
  Effect effect;
  uint64_t bits;
};

// The rows of config.md#linux-mount-options, and those of crun(1): copy-symlink, dest-nofollow,
// src-nofollow, and an r before options that apply to a whole filesystem anyway.
// Some options have no effect, for these reasons:
// - defaults: the name of the default options;
// - loud, silent: fsopen(2) returns the kernel's messages to its caller instead of logging them;
// - norelatime: mount(2) also uses relatime for a mount without any of the four;
// - mand is a flag like any other, but kernels since 5.15 ignore it.
// clang-format off
constexpr Option kOptions[] = {
    {"async",         Effect::kSuperClear,   MS_SYNCHRONOUS},
    {"atime",         Effect::kAtimeOff,     MOUNT_ATTR_NOATIME},
    {"bind",          Effect::kBind,         0},
    {"copy-symlink",  Effect::kLink,         kCopySymlink},
    {"defaults",      Effect::kNothing,      0},
    {"dest-nofollow", Effect::kLink,         kTargetNofollow},
    {"dev",           Effect::kClear,        MOUNT_ATTR_NODEV},
    {"diratime",      Effect::kClear,        MOUNT_ATTR_NODIRATIME},
    {"dirsync",       Effect::kSuperSet,     MS_DIRSYNC},
    {"exec",          Effect::kClear,        MOUNT_ATTR_NOEXEC},
    {"idmap",         Effect::kIdMap,        0},
    {"iversion",      Effect::kSuperSet,     MS_I_VERSION},
    {"lazytime",      Effect::kSuperSet,     MS_LAZYTIME},
    {"loud",          Effect::kNothing,      0},
    {"mand",          Effect::kSuperSet,     MS_MANDLOCK},
    {"noatime",       Effect::kAtime,        MOUNT_ATTR_NOATIME},
    {"nodev",         Effect::kSet,          MOUNT_ATTR_NODEV},
    {"nodiratime",    Effect::kSet,          MOUNT_ATTR_NODIRATIME},
    {"noexec",        Effect::kSet,          MOUNT_ATTR_NOEXEC},
    {"noiversion",    Effect::kSuperClear,   MS_I_VERSION},
    {"nolazytime",    Effect::kSuperClear,   MS_LAZYTIME},
    {"nomand",        Effect::kSuperClear,   MS_MANDLOCK},
    {"norelatime",    Effect::kNothing,      0},
    {"nostrictatime", Effect::kAtimeOff,     MOUNT_ATTR_STRICTATIME},
    {"nosuid",        Effect::kSet,          MOUNT_ATTR_NOSUID},
    {"nosymfollow",   Effect::kSet,          MOUNT_ATTR_NOSYMFOLLOW},
    {"private",       Effect::kPropagation,  MS_PRIVATE},
    {"rasync",        Effect::kSuperClear,   MS_SYNCHRONOUS},
    {"ratime",        Effect::kTreeAtimeOff, MOUNT_ATTR_NOATIME},
    {"rbind",         Effect::kBind,         MS_REC},
    {"rdev",          Effect::kTreeClear,    MOUNT_ATTR_NODEV},
    {"rdiratime",     Effect::kTreeClear,    MOUNT_ATTR_NODIRATIME},
    {"rdirsync",      Effect::kSuperSet,     MS_DIRSYNC},
    {"relatime",      Effect::kAtime,        MOUNT_ATTR_RELATIME},
    {"remount",       Effect::kRemount,      0},
    {"rexec",         Effect::kTreeClear,    MOUNT_ATTR_NOEXEC},
    {"ridmap",        Effect::kIdMap,        MS_REC},
    {"rmand",         Effect::kSuperSet,     MS_MANDLOCK},
    {"rnoatime",      Effect::kTreeAtime,    MOUNT_ATTR_NOATIME},
    {"rnodev",        Effect::kTreeSet,      MOUNT_ATTR_NODEV},
    {"rnodiratime",   Effect::kTreeSet,      MOUNT_ATTR_NODIRATIME},
    {"rnoexec",       Effect::kTreeSet,      MOUNT_ATTR_NOEXEC},
    {"rnomand",       Effect::kSuperClear,   MS_MANDLOCK},
    {"rnorelatime",   Effect::kNothing,      0},
    {"rnostrictatime",Effect::kTreeAtimeOff, MOUNT_ATTR_STRICTATIME},
    {"rnosuid",       Effect::kTreeSet,      MOUNT_ATTR_NOSUID},
    {"rnosymfollow",  Effect::kTreeSet,      MOUNT_ATTR_NOSYMFOLLOW},
    {"ro",            Effect::kSet,          MOUNT_ATTR_RDONLY},
    {"rprivate",      Effect::kPropagation,  MS_PRIVATE | MS_REC},
    {"rrelatime",     Effect::kTreeAtime,    MOUNT_ATTR_RELATIME},
    {"rro",           Effect::kTreeSet,      MOUNT_ATTR_RDONLY},
    {"rrw",           Effect::kTreeClear,    MOUNT_ATTR_RDONLY},
    {"rshared",       Effect::kPropagation,  MS_SHARED | MS_REC},
    {"rslave",        Effect::kPropagation,  MS_SLAVE | MS_REC},
    {"rstrictatime",  Effect::kTreeAtime,    MOUNT_ATTR_STRICTATIME},
    {"rsuid",         Effect::kTreeClear,    MOUNT_ATTR_NOSUID},
    {"rsymfollow",    Effect::kTreeClear,    MOUNT_ATTR_NOSYMFOLLOW},
    {"rsync",         Effect::kSuperSet,     MS_SYNCHRONOUS},
    {"runbindable",   Effect::kPropagation,  MS_UNBINDABLE | MS_REC},
    {"rw",            Effect::kClear,        MOUNT_ATTR_RDONLY},
    {"shared",        Effect::kPropagation,  MS_SHARED},
    {"silent",        Effect::kNothing,      0},
    {"slave",         Effect::kPropagation,  MS_SLAVE},
    {"src-nofollow",  Effect::kLink,         kSourceNofollow},
    {"strictatime",   Effect::kAtime,        MOUNT_ATTR_STRICTATIME},
    {"suid",          Effect::kClear,        MOUNT_ATTR_NOSUID},
    {"symfollow",     Effect::kClear,        MOUNT_ATTR_NOSYMFOLLOW},
    {"sync",          Effect::kSuperSet,     MS_SYNCHRONOUS},
    {"tmpcopyup",     Effect::kCopyUp,       0},
    {"unbindable",    Effect::kPropagation,  MS_UNBINDABLE},
};

// fs/fs_context.c: flags that the kernel accepts for every filesystem. It has no name for
// MS_I_VERSION.
constexpr struct {
  uint64_t bit;
  std::string_view set, clear;
} kSuperblockFlags[] = {
    {MS_SYNCHRONOUS, "sync",     "async"},
    {MS_DIRSYNC,     "dirsync",  ""},
    {MS_MANDLOCK,    "mand",     "nomand"},
    {MS_LAZYTIME,    "lazytime", "nolazytime"},
};
// clang-format on
static_assert(std::ranges::is_sorted(kOptions, {}, &Option::name));

const Option* find(std::string_view name) {
  const auto it = std::ranges::lower_bound(kOptions, name, {}, &Option::name);
  return it != std::end(kOptions) && it->name == name ? it : nullptr;
}

void turn_on(uint64_t bits, uint64_t& set, uint64_t& clear) {
  set |= bits;
  clear &= ~bits;
}

void turn_off(uint64_t bits, uint64_t& set, uint64_t& clear) {
  set &= ~bits;
  clear |= bits;
}

// The access time is one field with several values: mount_setattr(2) requires clearing the whole
// field.
void set_atime(uint64_t value, uint64_t& set, uint64_t& clear) {
  set = (set & ~uint64_t{MOUNT_ATTR__ATIME}) | value;
  clear |= MOUNT_ATTR__ATIME;
}

// Back to relatime, unless another value than `value` was requested.
void unset_atime(uint64_t value, uint64_t& set, uint64_t& clear) {
  const bool chosen = (clear & MOUNT_ATTR__ATIME) != 0;
  if (!chosen || (set & MOUNT_ATTR__ATIME) == value) set_atime(MOUNT_ATTR_RELATIME, set, clear);
}

void apply(const Option& option, size_t i, MountOptions& out) {
  switch (option.effect) {
    case Effect::kNothing:
      break;
    case Effect::kBind:
      out.bind = true;
      out.recursive |= option.bits != 0;  // as MS_BIND | MS_REC adds up in other runtimes
      break;
    case Effect::kCopyUp:
      out.copy_up = i;
      break;
    case Effect::kRemount:
      out.remount = true;
      break;
    case Effect::kIdMap:
      out.id_map = i;
      out.id_map_recursive = option.bits != 0;
      out.id_map_text = {};
      break;
    case Effect::kLink:
      if (!out.first_link) out.first_link = i;
      out.copy_symlink |= option.bits == kCopySymlink;
      out.source_nofollow |= option.bits == kSourceNofollow;
      out.target_nofollow |= option.bits == kTargetNofollow;
      break;
    case Effect::kSet:
      return turn_on(option.bits, out.attr_set, out.attr_clear);
    case Effect::kClear:
      return turn_off(option.bits, out.attr_set, out.attr_clear);
    case Effect::kAtime:
      return set_atime(option.bits, out.attr_set, out.attr_clear);
    case Effect::kAtimeOff:
      return unset_atime(option.bits, out.attr_set, out.attr_clear);
    case Effect::kTreeSet:
      return turn_on(option.bits, out.tree_set, out.tree_clear);
    case Effect::kTreeClear:
      return turn_off(option.bits, out.tree_set, out.tree_clear);
    case Effect::kTreeAtime:
      return set_atime(option.bits, out.tree_set, out.tree_clear);
    case Effect::kTreeAtimeOff:
      return unset_atime(option.bits, out.tree_set, out.tree_clear);
    case Effect::kPropagation:
      out.propagation = option.bits & ~uint64_t{MS_REC};
      out.propagation_recursive = (option.bits & MS_REC) != 0;
      break;
    case Effect::kSuperSet:
      if (!out.first_super) out.first_super = i;
      return turn_on(option.bits, out.super_set, out.super_clear);
    case Effect::kSuperClear:
      return turn_off(option.bits, out.super_set, out.super_clear);
  }
}

// Whether the comma before `piece` is part of the previous value.
bool goes_on(std::string_view type, const MountOptions& out, std::string_view piece) {
  if (out.parameters.empty()) return false;
  const MountParameter& last = out.parameters.back();
  if (!last.has_value) return false;
  if (type == "tmpfs") return !piece.empty() && piece[0] >= '0' && piece[0] <= '9';
  const size_t kept = last.value.find_last_not_of('\\') + 1;  // npos + 1: none of it
  return type == "overlay" && (last.value.size() - kept) % 2 == 1;
}

void add_parameters(std::string_view option, size_t i, std::string_view type, MountOptions& out) {
  while (!option.empty()) {
    const size_t equals = option.find('=');
    size_t end = option.find(',');
    const bool opens = equals < end && option.substr(equals + 1).starts_with('"');
    const size_t behind = opens ? option.find('"', equals + 2) + 1 : 0;  // npos + 1: no end
    const bool quoted = behind != 0 && (behind == option.size() || option[behind] == ',');
    if (quoted) end = behind;
    const std::string_view piece = option.substr(0, end);
    option.remove_prefix(std::min(piece.size() + 1, option.size()));
    if (goes_on(type, out, piece)) {
      out.parameters.back().value.append(",").append(piece);
      continue;
    }
    if (piece.empty()) continue;
    const bool has_value = equals < piece.size();
    std::string_view value = has_value ? piece.substr(equals + 1) : "";
    if (quoted) value = value.substr(1, value.size() - 2);
    out.parameters.push_back({.key = piece.substr(0, equals),
                              .value = std::string(value),
                              .has_value = has_value,
                              .option = i});
  }
}

// "idmap=uids=0-1-10;gids=0-1-10", of crun(1).
bool take_id_map(std::string_view option, size_t i, MountOptions& out) {
  const size_t equals = option.find('=');
  const std::string_view name = option.substr(0, equals);
  if (equals == option.npos || (name != "idmap" && name != "ridmap")) return false;
  apply(*find(name), i, out);
  out.id_map_text = option.substr(equals + 1);
  return true;
}

std::vector<std::string_view> names_of(uint64_t bits, std::initializer_list<Effect> effects) {
  std::vector<Option> found;
  std::ranges::copy_if(kOptions, std::back_inserter(found), [&](const Option& option) {
    return std::ranges::find(effects, option.effect) != effects.end() && option.bits != 0 &&
           (bits & option.bits) == option.bits;
  });
  std::ranges::sort(found, {}, &Option::bits);
  std::vector<std::string_view> names(found.size());
  std::ranges::transform(found, names.begin(), &Option::name);
  return names;
}

}  // namespace

MountOptions fold_mount_options(std::span<const std::string> options, std::string_view type) {
  MountOptions out;
  for (size_t i = 0; i < options.size(); ++i) {
    if (const Option* option = find(options[i])) {
      apply(*option, i, out);
    } else if (!take_id_map(options[i], i, out)) {
      add_parameters(options[i], i, type, out);
    }
  }
  return out;
}

std::vector<std::string_view> superblock_flag_names(uint64_t set, uint64_t clear) {
  std::vector<std::string_view> names;
  for (const auto& flag : kSuperblockFlags) {
    if ((set & flag.bit) != 0) names.push_back(flag.set);
    if ((clear & flag.bit) != 0 && !flag.clear.empty()) names.push_back(flag.clear);
  }
  return names;
}

std::vector<std::string_view> attribute_names(uint64_t set, uint64_t clear) {
  auto names = names_of(set, {Effect::kSet, Effect::kAtime});
  // The access time is a field that is always cleared first. Without a bit it is relatime.
  if ((clear & MOUNT_ATTR__ATIME) != 0 && (set & MOUNT_ATTR__ATIME) == 0) {
    names.push_back("relatime");
  }
  return names;
}

std::vector<std::string_view> cleared_attribute_names(uint64_t clear) {
  return names_of(clear, {Effect::kClear});
}

std::string_view propagation_name(uint64_t propagation, bool recursive) {
  const uint64_t bits = propagation | (recursive ? uint64_t{MS_REC} : 0);
  const auto* const found = std::ranges::find_if(kOptions, [bits](const Option& option) {
    return option.effect == Effect::kPropagation && option.bits == bits;
  });
  return propagation == 0 || found == std::end(kOptions) ? "" : found->name;
}

std::span<const std::string_view> known_mount_options() {
  static constexpr auto kNames = [] {
    std::array<std::string_view, std::size(kOptions)> names{};
    std::ranges::transform(kOptions, names.begin(), &Option::name);
    return names;
  }();
  return kNames;
}

}  // namespace oci::plan
