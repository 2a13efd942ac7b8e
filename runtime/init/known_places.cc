#include "runtime/init/known_places.h"

#include <linux/fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>

#include "runtime/init/beneath.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

constexpr int kMost = 16;
constexpr long kUnknown = -1;

// The top of a filesystem that init has mounted.
struct Known {
  const char* path;
  size_t size;
  int mount;
  bool is_new;  // a tmpfs: nothing is in it that init has not made
};

Known known[kMost];
int count = 0;

// The rest of `path` below `top`, without its slash. nullptr: it is not below.
const char* rest_below(const char* path, const char* top, size_t size) {
  return starts_with(path, top) && path[size] == '/' ? path + size + 1 : nullptr;
}

// Names alone: no "." or "..", and no two slashes.
bool is_plain(const char* path) {
  for (const char* name = path;;) {
    const char* end = name;
    while (*end != '\0' && *end != '/')
      ++end;
    const auto size = end - name;
    if (size == 0 || (name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.')))) return false;
    if (*end == '\0') return true;
    name = end + 1;
  }
}

bool root_may_be_procfs(const Context& context) {
  static uint64_t magic = 0;
  if (magic == 0) magic = filesystem_of(context.root_fd);
  return magic == 0 || magic == PROC_SUPER_MAGIC;
}

bool is_one_name(const char* path) {
  while (*path != '\0' && *path != '/')
    ++path;
  return *path == '\0';
}

}  // namespace

long open_known(const Context& context, const MountOp& op, int mount, bool* made) {
  const InitPlan& plan = context.plan;
  const bool is_usual = plan.mount_task == MountTask::kNone && !op.target_nofollow &&
                        plan.outward_mounts.count == 0 && !op.copy_symlink;
  const char* path = plan.text(op.target);
  if (!is_usual || path[0] != '/' || !is_plain(path + 1)) return kUnknown;
  for (int i = count; i-- > 0;) {
    const char* rest = rest_below(path, known[i].path, known[i].size);
    if (rest == nullptr) continue;
    if (!known[i].is_new || !is_one_name(rest)) return open_beneath(known[i].mount, rest, O_PATH);
    FileFacts source{.type = S_IFDIR};
    if (op.kind == MountKind::kBind && look(mount, source) < 0) return kUnknown;
    const Make kind = source.type == S_IFDIR ? Make::kDirectory : Make::kFile;
    return make_name(known[i].mount, rest, kind, made);
  }
  if (!op.allowed_on_proc && root_may_be_procfs(context)) return kUnknown;
  return open_beneath(context.root_fd, path + 1, O_PATH);
}

void note_attached(const MountOp& op, const InitPlan& plan, int mount, bool is_known) {
  // Through a link it may have covered any of them.
  if (!is_known) forget_places();
  const char* path = plan.text(op.target);
  const size_t size = length(path);
  int left = 0;
  for (int i = 0; i < count; ++i) {
    const bool is_covered = equal(known[i].path, path) || rest_below(known[i].path, path, size);
    if (!is_covered) known[left++] = known[i];
  }
  count = left;
  if (!is_known || op.kind != MountKind::kFilesystem || op.by_page || count == kMost) return;
  const char* type = plan.text(op.type);
  const bool is_tmpfs = equal(type, "tmpfs");
  if (!is_tmpfs && !equal(type, "sysfs")) return;
  known[count++] = {path, size, mount, is_tmpfs && !op.copy_up};
}

int known_top(const char* path, size_t size) {
  for (int i = count; i-- > 0;)
    if (known[i].size == size && __builtin_memcmp(known[i].path, path, size) == 0)
      return known[i].mount;
  return -1;
}

bool is_known_place(int fd) {
  for (int i = 0; i < count; ++i)
    if (known[i].mount == fd) return true;
  return false;
}

void forget_places() {
  count = 0;
}

}  // namespace oci::init
