#include "runtime/criu/images.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "runtime/criu/protobuf.h"
#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"

namespace oci::criu {
namespace {

constexpr size_t kLargestImage = size_t{64} << 20;
// criu/include/magic.h: before the magic number of the image, in all but the oldest.
constexpr uint32_t kCommonMagic = 0x54564319, kServiceMagic = 0x55105940;
constexpr std::string_view kMountImages = "mountpoints-";

// images/mnt.proto
enum MountField : uint32_t {
  kFileSystem = 1,
  kFlags = 5,
  kRootInFileSystem = 6,
  kPlace = 7,
  kExternalName = 18,
};
constexpr uint64_t kDevtmpfs = 3;

std::optional<uint32_t> take_number(std::string_view& rest) {
  uint32_t number = 0;
  if (rest.size() < sizeof number) return std::nullopt;
  std::memcpy(&number, rest.data(), sizeof number);
  rest.remove_prefix(sizeof number);
  return number;
}

Result<std::vector<std::string>> names_in(int directory) {
  const sys::Directory stream(
      ::fdopendir(OCI_TRY(sys::open_at(directory, ".", O_RDONLY | O_DIRECTORY)).release()));
  if (stream == nullptr) return Error::system(errno, "list the images");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get()))
    names.emplace_back(entry->d_name);
  return names;
}

Result<SavedMount> mount_of(std::string_view record) {
  SavedMount mount;
  bool is_devtmpfs = false;
  for (const Field& field : OCI_TRY(decode(record))) {
    if (field.number == kFileSystem) is_devtmpfs = field.value == kDevtmpfs;
    if (field.number == kFlags) mount.flags = field.value;
    if (field.number == kRootInFileSystem) mount.is_null_device = field.text == "/null";
    if (field.number == kPlace) mount.place = field.text;
    if (field.number == kExternalName) mount.name = field.text;
  }
  mount.is_null_device &= is_devtmpfs;
  // CRIU writes "./data".
  if (mount.place.starts_with("./")) mount.place.erase(0, 1);
  return mount;
}

Error damaged() {
  return Error(ErrorKind::kInvalidConfig, "an image of the checkpoint is cut off or damaged");
}

}  // namespace

Result<sys::UniqueFd> make_directory(const std::string& path, std::string_view option) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    if (::mkdir(path.substr(0, end).c_str(), 0700) != 0 && errno != EEXIST) {
      return Error::system(errno, cat("option --", option, ": make '", path, "'"));
    }
    if (end == path.npos) break;
  }
  return sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY).during(cat("option --", option));
}

Result<std::vector<std::string_view>> records_of(std::string_view image) {
  const std::optional<uint32_t> magic = take_number(image);
  if (!magic) return damaged();
  const bool has_two = *magic == kCommonMagic || *magic == kServiceMagic;
  if (has_two && !take_number(image)) return damaged();
  std::vector<std::string_view> records;
  while (!image.empty()) {
    const std::optional<uint32_t> size = take_number(image);
    if (!size || *size > image.size()) return damaged();
    records.push_back(image.substr(0, *size));
    image.remove_prefix(*size);
  }
  return records;
}

Result<std::vector<SavedMount>> external_mounts_in(int directory) {
  std::vector<SavedMount> mounts;
  for (const std::string& file : OCI_TRY(names_in(directory))) {
    if (!file.starts_with(kMountImages)) continue;
    const std::string image = OCI_TRY(sys::read_file_at(directory, file, kLargestImage));
    for (const std::string_view record : OCI_TRY(records_of(image).during(file))) {
      SavedMount mount = OCI_TRY(mount_of(record).during(file));
      if (!mount.name.empty()) mounts.push_back(std::move(mount));
    }
  }
  return mounts;
}

Status check_searchable(int directory, const std::string& path, uid_t root) {
  struct stat info = {};
  if (::fstat(directory, &info) != 0) return Error::system(errno, cat("'", path, "'"));
  // With an access control list, the bits of the group are its mask.
  if (info.st_uid == root || (info.st_mode & (S_IXGRP | S_IXOTH)) != 0) return {};
  return Error(ErrorKind::kUsage, cat("option --image-path: root of the container, uid ", root,
                                      " of the host, may not search '", path, "'; chmod o+x it"));
}

Status check_complete(int directory, const std::string& path) {
  const Result<std::string> image = sys::read_file_at(directory, kInventory, kLargestImage);
  if (!image && image.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kInvalidConfig,
                 cat("option --image-path: '", path, "' has no complete checkpoint: there is no ",
                     kInventory));
  }
  if (!image) return image.error();
  const auto records = OCI_TRY(records_of(image.value()).during(cat(path, "/", kInventory)));
  if (records.size() == 1) return {};
  return damaged().during(cat(path, "/", kInventory));
}

}  // namespace oci::criu
