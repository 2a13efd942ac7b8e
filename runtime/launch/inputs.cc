#include "runtime/launch/inputs.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include <cerrno>
#include <string>
#include <utility>

#include "runtime/launch/device_nodes.h"
#include "runtime/launch/failure.h"
#include "runtime/launch/id_maps.h"
#include "runtime/sys/file.h"

namespace oci::launch {
namespace {

Result<sys::UniqueFd> open_namespace(const wire::NamespaceFile& file) {
  const std::string property = cat("linux.namespaces[", file.index, "].path");
  // Without O_NONBLOCK a fifo at the path would wait for a writer.
  Result<sys::UniqueFd> fd = sys::open_at(AT_FDCWD, file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) {
    if (fd.error().sys_errno() == ENOENT) {
      return Error(ErrorKind::kInvalidConfig, Property{property},
                   cat("there is no namespace at '", file.path, "'"));
    }
    return std::move(fd).error().at({property});
  }
  const int type = ::ioctl(fd.value().get(), NS_GET_NSTYPE);
  if (type < 0 || static_cast<uint32_t>(type) != file.type) {
    return Error(ErrorKind::kInvalidConfig, Property{property},
                 cat("'", file.path, "' is not a namespace of this type"));
  }
  return fd;
}

std::string property_of(const wire::Tree& tree) {
  return launch::property_of(tree.subject, tree.index);
}

Error id_map_error(int error, const wire::Tree& tree) {
  const Property options = {cat("mounts[", tree.index, "].options")};
  const std::string tried = cat("idmap of '", tree.path, "'");
  if (error == EINVAL) {
    return Error(ErrorKind::kUnsupported, options,
                 cat(tried, ": the kernel cannot map the ids of this filesystem",
                     tree.id_map_recursive ? " or of one below it" : ""));
  }
  if (error == EPERM) {
    return Error(
        ErrorKind::kUnsupported, options,
        cat(tried,
            ": its ids are mapped already, or the filesystem belongs to another user namespace"));
  }
  return Error::system(error, options, tried);
}

// Prepares a tree before any other process can see it. `id_map`: a user namespace, or -1.
Status prepare_tree(int fd, const wire::Tree& tree, int id_map) {
  if (id_map >= 0) {
    mount_attr attributes = {};
    attributes.attr_set = MOUNT_ATTR_IDMAP;
    attributes.userns_fd = static_cast<uint64_t>(id_map);
    const unsigned flags = unsigned{AT_EMPTY_PATH} | (tree.id_map_recursive ? AT_RECURSIVE : 0U);
    if (::mount_setattr(fd, "", flags, &attributes, sizeof attributes) < 0) {
      return id_map_error(errno, tree);
    }
  }
  if (tree.propagation == 0) return {};
  mount_attr attributes = {};
  attributes.propagation = tree.propagation;
  if (::mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) == 0) {
    return {};
  }
  return Error::system(errno, Property{property_of(tree)}, cat("'", tree.path, "'"));
}

Result<sys::UniqueFd> open_tree_of(const wire::Tree& tree, int id_map) {
  const unsigned flags = unsigned{OPEN_TREE_CLONE} | OPEN_TREE_CLOEXEC |
                         (tree.recursive ? unsigned{AT_RECURSIVE} : 0U) |
                         (tree.nofollow ? unsigned{AT_SYMLINK_NOFOLLOW} : 0U);
  sys::UniqueFd fd(::open_tree(AT_FDCWD, tree.path.c_str(), flags));
  if (fd) {
    OCI_TRY(prepare_tree(fd.get(), tree, id_map));
    return fd;
  }
  if (errno == ENOENT) {
    return Error(ErrorKind::kInvalidConfig, Property{property_of(tree)},
                 cat("'", tree.path, "' does not exist on the host"));
  }
  if (errno == EINVAL) {
    return Error(
        ErrorKind::kInvalidConfig,
        cat(property_of(tree), ": '", tree.path,
            "' cannot be bound: it was deleted, or is unbindable, or needs rbind for mounts "
            "below it that a user namespace may not uncover"));
  }
  return Error::system(errno, Property{property_of(tree)}, cat("'", tree.path, "'"));
}

using Files = std::vector<sys::UniqueFd>;

Result<Files> open_joins(wire::LaunchPlan& plan) {
  Files joins;
  joins.reserve(plan.joins.size());
  for (const wire::NamespaceFile& file : plan.joins) {
    joins.push_back(OCI_TRY(open_namespace(file)));
    plan.set_fd(file.fd_offset, joins.back().get());
  }
  return joins;
}

// In the order of plan.id_maps. `joins` are open.
Result<Files> make_id_maps(const wire::LaunchPlan& plan, const Files& joins) {
  Files maps;
  for (const wire::MountIdMap& map : plan.id_maps) {
    if (!map.uids.empty()) {
      maps.push_back(OCI_TRY(make_id_map({.uids = map.uids, .gids = map.gids}, map.index)));
      continue;
    }
    for (size_t i = 0; i < joins.size(); ++i) {
      if (plan.joins[i].type != CLONE_NEWUSER) continue;
      maps.emplace_back(::fcntl(joins[i].get(), F_DUPFD_CLOEXEC, 3));
    }
  }
  return maps;
}

}  // namespace

Result<Files> open_inputs(wire::LaunchPlan& plan) {
  Files opened = OCI_TRY(open_joins(plan));
  Files id_maps = OCI_TRY(make_id_maps(plan, opened));
  for (const wire::Tree& tree : plan.trees) {
    const int id_map = tree.id_map ? id_maps[*tree.id_map].get() : -1;
    opened.push_back(OCI_TRY(open_tree_of(tree, id_map)));
    plan.set_fd(tree.fd_offset, opened.back().get());
  }
  for (const wire::MappedFilesystem& mapped : plan.mapped_filesystems) {
    plan.set_fd(mapped.fd_offset, id_maps[mapped.id_map].get());
  }
  OCI_TRY(make_device_nodes(plan, opened));
  if (!plan.mapped_filesystems.empty()) {
    for (sys::UniqueFd& id_map : id_maps)
      opened.push_back(std::move(id_map));
  }
  return opened;
}

}  // namespace oci::launch
