// Users and groups by the /etc/passwd and /etc/group of a root filesystem: passwd(5), group(5).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "spec/error.h"

namespace oci::tools {

struct UserIds {
  uint32_t uid = 0, gid = 0;
  std::vector<uint32_t> groups;  // further ones, ascending
};

// The texts of the two files. Empty: there is none.
struct UserFiles {
  std::string passwd, group;
};

// Opens the files below `root`, an O_PATH descriptor of a directory. Symbolic links cannot leave
// it. Only a regular file is read, because the image controls it: no fifo, no file of procfs.
Result<UserFiles> read_user_files(int root);

// `text`: USER[:GROUP], each a number or a name. Without GROUP, a user with a line in passwd has
// its group there and the groups that list it. Any other number has group 0. `option`: for the
// message.
Result<UserIds> find_user(const UserFiles& files, std::string_view option, std::string_view text);

}  // namespace oci::tools
