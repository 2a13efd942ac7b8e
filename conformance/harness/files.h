// Reading and writing whole small files and directories. Failures throw: the harness itself is at
// fault.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

std::string read_file(const std::string& path);  // "" if it does not exist
void write_file(const std::string& path, std::string_view text, unsigned mode = 0644);
void make_dir(const std::string& path);  // and its parents, 0755
void copy_file(const std::string& from, const std::string& to, unsigned mode = 0755);
bool exists(const std::string& path);                            // also a dangling symlink
std::vector<std::string> entries(const std::string& directory);  // names, sorted; {} if missing
void remove_tree(const std::string& path);

std::vector<std::string> lines(std::string_view text);
std::vector<std::string> split(std::string_view text, char at);  // without empty parts
std::string trimmed(std::string_view text);

// Factor for all timeouts: OCI_CONFORMANCE_PATIENCE, for emulated machines.
int patience();

// Polls `done` every few milliseconds. False if it is still false after `milliseconds`.
bool eventually(const std::function<bool()>& done, int milliseconds = 5000);

}  // namespace oci::conformance
