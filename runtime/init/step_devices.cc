// Device nodes and the links of /dev, by descriptor of their directory (CVE-2026-41579).
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/known_places.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEexist = -17, kErofs = -30, kEloop = -40;

// Keeps the directory of the last path open: nearly every node is in /dev, which mount_all() has
// mostly just mounted, and not closed yet.
class Directory {
 public:
  explicit Directory(int root) : root_(root) {}

  // The descriptor of the directory that contains `path`, or -errno.
  long of(const char* path, Links links, const char** name) {
    const char* slash = last_slash(path);
    const auto size = static_cast<size_t>(slash - path);
    if (const int top = known_top(path, size); top >= 0) {
      *name = slash + 1;
      return top;
    }
    if (fd_.ok() && size == size_ && __builtin_memcmp(path, path_, size) == 0) {
      *name = slash + 1;
      return fd_.get();
    }
    fd_.reset(open_parent(root_, path, name, links));
    path_ = path;
    size_ = size;
    return fd_.get();
  }

 private:
  int root_;
  Fd fd_;
  const char* path_ = "";
  size_t size_ = 0;
};

bool is_device(const FileFacts& facts, const DeviceOp& op) {
  const uint32_t type = op.mode & S_IFMT;
  return facts.type == type &&
         (type == S_IFIFO || (facts.major == op.major && facts.minor == op.minor));
}

// config-linux.md#devices: an existing file of another type is an error.
Fault accept_existing(int directory, const char* name, const DeviceOp& op, const char* path) {
  const Fd found(sys(__NR_openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts facts;
  if (Fault fault = check(look(found.get(), facts), Subject::kDevice, path, op.index)) return fault;
  if (is_device(facts, op)) return {};
  return refuse("a different file is there already", Subject::kDevice, path, op.index);
}

Fault bind_device(int directory, const char* name, const DeviceOp& op, const char* path) {
  const Fd source(op.source_fd >= 0 ? op.source_fd : clone_tree(AT_FDCWD, path, false));
  if (Fault fault = check(source.get(), Subject::kDevice, path, op.index)) return fault;
  FileFacts facts;
  if (Fault fault = check(look(source.get(), facts), Subject::kDevice, path, op.index)) {
    return fault;
  }
  if (!is_device(facts, op)) {
    return refuse("the host's file of this name is not this device", Subject::kDevice, path,
                  op.index);
  }
  // Devices work through a read-only mount. The mount protects the inode of the host: in some user
  // namespaces root is mapped to its owner.
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  if (op.source_fd < 0) attributes.attr_set |= MOUNT_ATTR_RDONLY;
  const long set = set_attributes(source.get(), attributes, false);
  if (Fault fault = check(set, Subject::kDevice, path, op.index)) return fault;
  const Fd made(sys(__NR_openat, directory, name,
                    O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644));
  if (!made.ok() && made.get() != kEexist) {
    return check(made.get(), Subject::kDevice, path, op.index);
  }
  const Fd target(sys(__NR_openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts there;
  if (Fault fault = check(look(target.get(), there), Subject::kDevice, path, op.index)) {
    return fault;
  }
  if (!made.ok()) {
    // A plain file is the mount point of an earlier bind of the device. A mount comes from
    // config.json.
    const Answer is_same = same_mount(target.get(), directory);
    if (is_same == Answer::kUnknown) return refuse(kNoStatx, Subject::kDevice, path, op.index);
    const bool is_mount = is_same == Answer::kNo;
    if (is_mount && is_device(there, op)) return {};
    if (is_mount || there.type == S_IFDIR || there.type == S_IFLNK) {
      return refuse("a different file is there already", Subject::kDevice, path, op.index);
    }
  }
  return check(attach(source.get(), target.get()), Subject::kDevice, path, op.index);
}

Fault check_parent(long parent, const char* path, uint16_t index) {
  if (parent != kEloop) return check(parent, Subject::kDevice, path, index);
  return refuse("a symbolic link of the image is in the way; make its directory an ordinary one",
                Subject::kDevice, path, index);
}

Fault make_device(Directory& directory, const DeviceOp& op, const char* path) {
  const char* name;
  const Links links = op.parent_is_plain ? Links::kRefuse : Links::kFollowInside;
  const long parent = directory.of(path, links, &name);
  if (Fault fault = check_parent(parent, path, op.index)) return fault;
  const int dir = static_cast<int>(parent);
  if (op.bind) return bind_device(dir, name, op, path);
  const long rc = sys(__NR_mknodat, dir, name, op.mode, device_number(op.major, op.minor));
  if (rc == kEexist) return accept_existing(dir, name, op, path);
  if (Fault fault = check(rc, Subject::kDevice, path, op.index)) return fault;
  if (op.uid == 0 && op.gid == 0) return {};
  return check(sys(__NR_fchownat, dir, name, op.uid, op.gid, AT_SYMLINK_NOFOLLOW), Subject::kDevice,
               path, op.index);
}

// A multiplexer uses the `pts` beside it (Linux 4.7), so a read-only image may keep its own. A bind
// mount of the host's has none beside it.
bool is_own_multiplexer(int directory, const char* name) {
  const Fd found(sys(__NR_openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts facts;
  return look(found.get(), facts) >= 0 && facts.type == S_IFCHR && facts.major == 5 &&
         facts.minor == 2 && same_mount(found.get(), directory) == Answer::kYes;
}

Fault make_link(Directory& directory, const InitPlan& plan, const LinkOp& op) {
  const char* path = plan.text(op.path);
  const char* name;
  const long parent = directory.of(path, Links::kRefuse, &name);
  if (Fault fault = check_parent(parent, path, kNoIndex)) return fault;
  const char* target = plan.text(op.target);
  long rc = sys(__NR_symlinkat, target, parent, name);
  // Existing links of the image stay, except for /dev/ptmx.
  if (rc != kEexist || !op.replace) {
    return rc == kEexist ? Fault{} : check(rc, Subject::kDevice, path);
  }
  const auto dir = static_cast<int>(parent);
  if (is_link_to(dir, name, target)) return {};
  rc = sys(__NR_unlinkat, dir, name, 0);
  if (rc == kErofs && is_own_multiplexer(dir, name)) return {};
  if (rc >= 0) rc = sys(__NR_symlinkat, target, dir, name);
  return check(rc, Subject::kDevice, path);
}

}  // namespace

Fault make_devices(Context& context) {
  const InitPlan& plan = context.plan;
  Directory directory(context.root_fd);
  Fault fault;
  for (const DeviceOp* op = plan.begin(plan.devices); op != plan.end(plan.devices) && !fault; ++op)
    fault = make_device(directory, *op, plan.text(op->path));
  for (const LinkOp* op = plan.begin(plan.links); op != plan.end(plan.links) && !fault; ++op)
    fault = make_link(directory, plan, *op);
  close_collected();  // before hooks run, which may unmount
  return fault;
}

}  // namespace oci::init
