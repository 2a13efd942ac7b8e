#include "runtime/install/host_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/install/files.h"
#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"
#include "runtime/sys/program.h"

namespace oci::install {
namespace {

constexpr std::string_view kNames[] = {"oci-rt",      "oci-rt-install", "oci-rt-systemd",
                                       "oci-rt-criu", "oci-rt-tools",   "oci-rt-explain",
                                       "oci-rt-help"};
// Tells that the directory is ours.
constexpr std::string_view kMark = "made-by-oci-rt-install";
constexpr std::string_view kMarkText =
    "`oci-rt uninstall kubernetes --host-root DIR` removes the programs of this directory.\n";
constexpr std::string_view kRemovedText =
    "The engine's configuration was removed. The programs follow when the engine has loaded "
    "that.\n";
constexpr size_t kLargestProgram = 64 << 20;

std::string in_directory(std::string_view name) {
  return cat(kProgramDirectory, "/", name);
}

bool is_there(const std::string& path) {
  struct stat info = {};
  return ::lstat(path.c_str(), &info) == 0;
}

std::vector<std::string> entries_of(const std::string& directory) {
  std::vector<std::string> names;
  const sys::Directory stream(::opendir(directory.c_str()));
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.push_back(cat(directory, "/", name));
  }
  return names;
}

size_t records_in(const std::string& state_root) {
  size_t count = 0;
  for (const std::string& container : entries_of(state_root))
    count += is_there(container + "/record.json") ? 1 : 0;
  return count;
}

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return Error::system(errno, cat("remove '", path, "'"));
}

}  // namespace

Result<std::vector<Program>> open_programs(const std::string& runtime) {
  std::vector<Program> programs;
  for (const std::string_view name : kNames) {
    const std::string path = name == kNames[0] ? runtime : sys::find_helper(runtime, name);
    if (path.empty()) continue;
    programs.push_back({std::string(name), OCI_TRY(sys::open_at(AT_FDCWD, path, O_RDONLY))});
  }
  return programs;
}

Status enter_tree(const std::string& directory) {
  if (::chdir(directory.c_str()) != 0 || ::chroot(".") != 0) {
    if (errno == EPERM) {
      return Error(ErrorKind::kSystem,
                   "option --host-root: this process lacks CAP_SYS_CHROOT; run as root");
    }
    return Error::system(errno, cat("option --host-root: enter '", directory, "'"));
  }
  return {};
}

Result<bool> copy_programs(const std::vector<Program>& programs) {
  const std::string mark = in_directory(kMark);
  const Text marked = OCI_TRY(read_config_file(mark));
  if (!marked && is_there(in_directory(kNames[0]))) {
    return Error(ErrorKind::kExists, cat(in_directory(kNames[0]), " was not written by `oci-rt ",
                                         "install`; remove it, or use it with --path"));
  }
  // First, so that a copy that is cut short is removed later.
  OCI_TRY(change_file(mark, marked, Text(kMarkText)));
  bool changed = false;
  for (const Program& program : programs) {
    const std::string path = in_directory(program.name);
    remove_leftovers(path);
    const std::string text =
        OCI_TRY(sys::read_all(program.file.get(), program.name, kLargestProgram));
    const Result<std::string> before = sys::read_file_at(AT_FDCWD, path, kLargestProgram);
    if (before && before.value() == text) continue;
    OCI_TRY(write_program(path, text));
    changed = true;
  }
  return changed;
}

Status mark_removal() {
  const std::string mark = in_directory(kMark);
  const Text marked = OCI_TRY(read_config_file(mark));
  if (!marked) return {};
  return change_file(mark, marked, Text(kRemovedText));
}

Result<std::string> removal_mark() {
  const std::string mark = in_directory(kMark);
  return OCI_TRY(read_config_file(mark)) == Text(kRemovedText) ? mark : "";
}

Result<bool> remove_programs() {
  if (!is_there(in_directory(kMark))) return false;
  for (const std::string_view name : kNames) {
    remove_leftovers(in_directory(name));
    OCI_TRY(remove_file(in_directory(name)));
  }
  OCI_TRY(remove_file(in_directory(kMark)));
  if (::rmdir(std::string(kProgramDirectory).c_str()) == 0 || errno == ENOTEMPTY) return true;
  return Error::system(errno, cat("remove '", kProgramDirectory, "'"));
}

size_t containers_left() {
  size_t count = records_in("/run/oci-rt");
  // One directory for each namespace of containerd.
  for (const std::string& state_root : entries_of("/run/containerd/runc"))
    count += records_in(state_root);
  return count;
}

}  // namespace oci::install
