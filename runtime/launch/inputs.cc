#include "runtime/launch/inputs.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include <cerrno>
#include <string>

#include "runtime/sys/file.h"

namespace oci::launch {
namespace {

Result<sys::UniqueFd> open_namespace(const plan::NamespaceFile& file) {
  const std::string property = cat("linux.namespaces[", file.index, "].path");
  Result<sys::UniqueFd> fd = sys::open_at(AT_FDCWD, file.path, O_RDONLY);
  if (!fd) {
    if (fd.error().sys_errno() == ENOENT) {
      return Error(ErrorKind::kInvalidConfig,
                   cat(property, ": there is no namespace at '", file.path, "'"));
    }
    return std::move(fd).error().during(property);
  }
  const int type = ::ioctl(fd.value().get(), NS_GET_NSTYPE);
  if (type < 0 || static_cast<uint32_t>(type) != file.type) {
    return Error(ErrorKind::kInvalidConfig,
                 cat(property, ": '", file.path, "' is not a namespace of this type"));
  }
  return fd;
}

Result<sys::UniqueFd> open_tree_of(const plan::Tree& tree) {
  const unsigned flags = unsigned{OPEN_TREE_CLONE} | OPEN_TREE_CLOEXEC |
                         (tree.recursive ? unsigned{AT_RECURSIVE} : 0U);
  sys::UniqueFd fd(::open_tree(AT_FDCWD, tree.path.c_str(), flags));
  int error = errno;
  mount_attr attributes = {};
  attributes.propagation = tree.propagation;
  if (fd && (tree.propagation == 0 || ::mount_setattr(fd.get(), "", AT_EMPTY_PATH | AT_RECURSIVE,
                                                      &attributes, sizeof attributes) == 0)) {
    return fd;
  }
  if (fd) error = errno;
  const std::string property = tree.subject == sync::Subject::kRoot
                                   ? std::string("root.path")
                                   : cat("mounts[", tree.index, "].source");
  if (error == ENOENT) {
    return Error(ErrorKind::kInvalidConfig,
                 cat(property, ": '", tree.path, "' does not exist on the host"));
  }
  return Error::system(error, cat(property, ": '", tree.path, "'"));
}

}  // namespace

Result<std::vector<sys::UniqueFd>> open_inputs(plan::Plan& plan) {
  std::vector<sys::UniqueFd> opened;
  opened.reserve(plan.joins.size() + plan.trees.size());
  for (const plan::NamespaceFile& file : plan.joins) {
    opened.push_back(OCI_TRY(open_namespace(file)));
    plan.set_fd(file.fd_offset, opened.back().get());
  }
  for (const plan::Tree& tree : plan.trees) {
    opened.push_back(OCI_TRY(open_tree_of(tree)));
    plan.set_fd(tree.fd_offset, opened.back().get());
  }
  return opened;
}

}  // namespace oci::launch
