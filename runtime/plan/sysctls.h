// Converts keys of linux.sysctl to files: config-linux.md#sysctl.
#pragma once

#include <string>
#include <string_view>

namespace oci::plan {

// The file below /proc/sys for a key. As in sysctl(8), the first separator decides:
// "net.ipv4.conf.eth0/100.forwarding" and "net/ipv4/conf/eth0.100/forwarding" are the same file.
std::string sysctl_path(std::string_view key);

}  // namespace oci::plan
