// mount(2), for options that are too long for fsconfig(2), which accepts at most 255 bytes per
// value. mount(2) accepts a page of options.
#include "runtime/init/page_mount.h"

#include <initializer_list>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr int kPage = 4096;
constexpr int kMntDetach = 2;  // MNT_DETACH, which only libc's header has

// The flags that the plan has as parameters and mount(2) takes as bits.
constexpr struct {
  const char* name;
  unsigned long bit;
} kFlags[] = {
    {"ro", MS_RDONLY},     {"sync", MS_SYNCHRONOUS},  {"dirsync", MS_DIRSYNC},
    {"mand", MS_MANDLOCK}, {"lazytime", MS_LAZYTIME},
};

unsigned long flag_of(const char* name) {
  for (const auto& flag : kFlags)
    if (equal(flag.name, name)) return flag.bit;
  return 0;
}

// SELinux contexts with a comma must be quoted (selinux_sb_eat_lsm_opts of the kernel).
bool is_quoted(const char* key, const char* value) {
  bool has_comma = false;
  for (; *value != '\0'; ++value)
    has_comma = has_comma || *value == ',';
  for (const char* context : {"context", "fscontext", "defcontext", "rootcontext"})
    if (has_comma && equal(key, context)) return true;
  return false;
}

char* append_value(char* at, const char* end, const char* key, const char* value) {
  const char* quote = is_quoted(key, value) ? "\"" : "";
  return append(append(append(append(at, end, "="), end, quote), end, value), end, quote);
}

struct Options {
  char page[kPage] = {};  // "key=value,key"
  unsigned long flags = 0;
  bool fit = true;
};

void write_options(const InitPlan& plan, const MountOp& op, Options& options) {
  char* at = options.page;
  const char* end = options.page + kPage;
  for (const Parameter* parameter = plan.begin(op.parameters); parameter != plan.end(op.parameters);
       ++parameter) {
    const char* key = plan.text(parameter->key);
    if (const unsigned long bit = parameter->value ? 0 : flag_of(key)) {
      options.flags |= bit;
      continue;
    }
    if (at != options.page) at = append(at, end, ",");
    at = append(at, end, key);
    if (parameter->value) at = append_value(at, end, key, plan.text(parameter->value));
  }
  options.fit = at + 1 < end;
}

// mount(2) requires a path. Only the path of a descriptor, in the procfs of the host, is certain to
// lead to the same directory.
struct DescriptorPath {
  explicit DescriptorPath(int fd) {
    const char* end = text + sizeof text;
    append_number(append(text, end, "/proc/self/fd/"), end, static_cast<unsigned>(fd));
  }
  char text[32];
};

// Mounts the filesystem in a tmpfs that covers the root meanwhile, where no other process has a
// name for it. Only a copy of the mount remains.
long mount_in_scratch(int scratch, const InitPlan& plan, const MountOp& op, const Options& options,
                      Fd& mount) {
  long rc = sys(__NR_mkdirat, scratch, "m", 0700);
  if (rc < 0) return rc;
  const Fd place(sys(__NR_openat, scratch, "m", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!place.ok()) return place.get();
  const char* source = op.source ? plan.text(op.source) : "none";
  const DescriptorPath path(place.get());
  rc = sys(__NR_mount, source, path.text, plan.text(op.type), options.flags, options.page);
  if (rc < 0) return rc;
  mount.reset(clone_tree(scratch, "m", false));
  return mount.get();
}

}  // namespace

Fault mount_by_page(const InitPlan& plan, const MountOp& op, int root, Fd& mount) {
  const char* type = plan.text(op.type);
  Options options;
  write_options(plan, op, options);
  // The plan has checked this, except for layers that this kernel does not accept one by one.
  if (!options.fit) {
    return refuse("more than a page of layers takes Linux 6.8", Subject::kMountOptions, type,
                  op.index);
  }
  const Fd scratch(make_tmpfs(0));
  long rc = scratch.get();
  if (rc >= 0) rc = attach(scratch.get(), root);
  if (Fault fault = check(rc, Subject::kMountOptions, type, op.index)) return fault;
  const long made = mount_in_scratch(scratch.get(), plan, op, options, mount);
  rc = sys(__NR_umount2, DescriptorPath(scratch.get()).text, kMntDetach);
  if (Fault fault = check(made, Subject::kMountOptions, type, op.index)) return fault;
  if (Fault fault = check(rc, Subject::kMountOptions, type, op.index)) return fault;
  mount_attr attributes = {};
  attributes.attr_set = first_attributes(op);
  attributes.attr_clr = op.attr_clear;
  return check(set_attributes(mount.get(), attributes, false), Subject::kMountOptions, type,
               op.index);
}

}  // namespace oci::init
