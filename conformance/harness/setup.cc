#include "conformance/harness/setup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

// Each case has its own /tmp, /dev/shm and /run, and some cases call the runtime as an unprivileged
// user. Such a user cannot enter every directory (/root, for example).
bool reached_by_all_cases(const std::string& path) {
  for (const char* covered : {"/tmp/", "/dev/shm/", "/run/"}) {
    if (path.starts_with(covered)) return false;
  }
  constexpr mode_t kRead = S_IROTH, kSearch = S_IXOTH;
  struct stat info = {};
  for (size_t end = path.find('/', 1); end != path.npos; end = path.find('/', end + 1)) {
    if (::stat(path.substr(0, end).c_str(), &info) != 0 || !(info.st_mode & kSearch)) return false;
  }
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & kRead) && (info.st_mode & kSearch);
}

// Copies below `work`, together with the helpers that oci-rt looks for beside itself.
std::string copy_program(const std::string& path, const std::string& work) {
  std::string pattern = work + "/runtime.XXXXXX";
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  ::chmod(pattern.c_str(), 0755);
  const std::string copy = pattern + path.substr(path.rfind('/'));
  copy_file(path, copy);
  for (const char* const helper : {"-systemd", "-tools", "-explain"}) {
    if (exists(path + helper)) copy_file(path + helper, copy + helper);
  }
  return copy;
}

}  // namespace

WorkDirectory::WorkDirectory(const std::string& parent)
    : path_(parent + "/oci-conformance.XXXXXX") {
  if (!::mkdtemp(path_.data())) throw std::runtime_error("cannot make " + path_);
  ::chmod(path_.c_str(), 0755);
}

WorkDirectory::~WorkDirectory() {
  if (!kept_) remove_tree(path_);
}

Template make_template(const std::string& busybox, const std::string& work) {
  const std::string from = busybox.empty() ? find_program("busybox") : busybox;
  if (from.empty()) throw std::runtime_error("busybox is missing: apt-get install busybox-static");
  char* self = ::realpath("/proc/self/exe", nullptr);
  if (!self) throw std::runtime_error("cannot tell where this program is: is /proc mounted?");
  const std::string directory = std::string(self).substr(0, std::string(self).rfind('/'));
  ::free(self);
  Template parts{.busybox = work + "/busybox", .probe = work + "/probe"};
  copy_file(from, parts.busybox);
  const std::string beside = directory + "/oci-probe";
  const bool built = ::access(beside.c_str(), X_OK) == 0;
  copy_file(built ? beside : directory + "/../libexec/oci-conformance/oci-probe", parts.probe);
  return parts;
}

Runtime parse_runtime(const std::string& text, const std::string& work) {
  Runtime runtime;
  runtime.words = split(text, ' ');
  std::string binary = runtime.words.empty() ? "" : runtime.words.front();
  if (!runtime.words.empty()) runtime.words.erase(runtime.words.begin());
  const size_t equals = binary.find('=');
  if (equals != binary.npos) {
    runtime.name = binary.substr(0, equals);
    binary = binary.substr(equals + 1);
  }
  runtime.path = binary.find('/') == binary.npos ? find_program(binary) : binary;
  char* real = ::realpath(runtime.path.c_str(), nullptr);
  if (!real) throw std::runtime_error("no such runtime: " + binary);
  runtime.path = real;
  ::free(real);
  if (!reached_by_all_cases(runtime.path)) runtime.path = copy_program(runtime.path, work);
  if (runtime.name.empty()) runtime.name = runtime.path.substr(runtime.path.rfind('/') + 1);
  const Outcome outcome = run_command({.argv = {runtime.path, "--version"}}, work);
  const std::vector<std::string> said = lines(outcome.out);
  runtime.version = said.empty() ? "(no version)" : said.front();
  return runtime;
}

}  // namespace oci::conformance
