// The new mount API, by descriptor only (rule B). All functions return a descriptor or 0, or
// -errno.
#pragma once

#include <linux/fcntl.h>
#include <linux/mount.h>

#include <cstdint>

#include "runtime/wire/plan.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using namespace wire;  // the contract: its names are names of this folder, too

// MS_* of mount(2) that mount_setattr(2) takes as propagation; <linux/mount.h> has them.

// A detached copy of the mount at `path` below `dir`. "": of `dir` itself. `nofollow`: if `path` is
// a symlink, of the symlink itself.
inline long clone_tree(int dir, const char* path, bool recursive, bool nofollow = false) {
  const unsigned flags = unsigned{OPEN_TREE_CLONE} | OPEN_TREE_CLOEXEC |
                         (recursive ? unsigned{AT_RECURSIVE} : 0U) |
                         (nofollow ? unsigned{AT_SYMLINK_NOFOLLOW} : 0U);
  return sys(__NR_open_tree, dir, path, flags | (*path == '\0' ? unsigned{AT_EMPTY_PATH} : 0U));
}

inline long set_attributes(int mount, const mount_attr& attributes, bool recursive) {
  return sys(__NR_mount_setattr, mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
             &attributes, sizeof attributes);
}

// clone_tree() and set_attributes() of the copy, with the same `recursive`, in one call
// (open_tree_attr(2), Linux 6.15). -ENOSYS before that.
inline long clone_tree_with(int dir, const char* path, bool recursive, bool nofollow,
                            const mount_attr& attributes) {
  constexpr long kOpenTreeAttr = 467;  // the same number on all architectures
  constexpr long kEnosys = -38;
  static bool is_missing = false;
  if (is_missing) return kEnosys;
  const unsigned flags = unsigned{OPEN_TREE_CLONE} | OPEN_TREE_CLOEXEC |
                         (recursive ? unsigned{AT_RECURSIVE} : 0U) |
                         (nofollow ? unsigned{AT_SYMLINK_NOFOLLOW} : 0U) |
                         (*path == '\0' ? unsigned{AT_EMPTY_PATH} : 0U);
  const long tree = sys(kOpenTreeAttr, dir, path, flags, &attributes, sizeof attributes);
  is_missing = tree == kEnosys;
  return tree;
}

inline long set_propagation(int mount, uint64_t propagation, bool recursive) {
  mount_attr attributes = {};
  attributes.propagation = propagation;
  return set_attributes(mount, attributes, recursive);
}

// Sets the pid namespace of a procfs that is being made. The default is the caller's.
inline long show_pid_namespace(int filesystem_context, int pid_namespace) {
  return sys(__NR_fsconfig, filesystem_context, FSCONFIG_SET_FD, "pidns", nullptr, pid_namespace);
}

// MOUNT_ATTR_* of a new filesystem: it must be writable until its content is complete.
inline uint64_t first_attributes(const MountOp& op) {
  const bool writable = op.copy_up || op.mode_of_target || op.readonly_late;
  return writable ? op.attr_set & ~uint64_t{MOUNT_ATTR_RDONLY} : op.attr_set;
}

// A new detached tmpfs with these MOUNT_ATTR_*.
inline long make_tmpfs(uint64_t attributes) {
  const long context = sys(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  if (context < 0) return context;
  long rc = sys(__NR_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (rc >= 0) rc = sys(__NR_fsmount, context, FSMOUNT_CLOEXEC, attributes);
  sys(__NR_close, context);
  return rc;
}

// Attaches a detached mount to the file or directory that is open as `target`.
inline long attach(int mount, int target) {
  return sys(__NR_move_mount, mount, "", target, "",
             MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

}  // namespace oci::init
