#include "runtime/cli/create_options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

namespace oci::cli {
namespace {

// Descriptors are ints, and the kernel's own limit is far below.
constexpr uint32_t kMostDescriptors = 1 << 20;

bool is_bundle(const std::string& dir) {
  return access(cat(dir, "/config.json").c_str(), F_OK) == 0;
}

bool may_be_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '.' || c == '-';
}

bool is_directory(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// A directory without a config.json is an unfinished bundle: lifecycle reports the missing parts.
bool means_bundle(const std::string& operand) {
  if (operand == "." || operand == ".." || operand.find('/') != std::string::npos) return true;
  return is_directory(operand) && !is_bundle(".");
}

// There is no bundle at either place, so advice for one of them could be wrong.
Error no_bundle(std::string_view operand) {
  return Error(ErrorKind::kInvalidConfig,
               cat("bundle: neither './", operand,
                   "' nor the current directory has a config.json; name the directory of one"));
}

// `wanted`, or with a number appended if a container has that id.
Result<std::string> free_id(const lifecycle::Context& context, const std::string& wanted) {
  std::string id = wanted;
  for (int number = 2;; ++number) {
    const Result<spec::State> taken = lifecycle::state(context, id);
    if (!taken && taken.error().kind() == ErrorKind::kNotFound) return id;
    // Without a state root to look in, no id is taken.
    if (!taken && taken.error().kind() == ErrorKind::kUsage) return taken.error();
    id = cat(wanted, "-", number);
    if (number > 1000) {
      return Error(ErrorKind::kExists,
                   cat("no free id like '", wanted, "'; give an id, with --bundle"));
    }
  }
}

}  // namespace

Result<lifecycle::CreateOptions> create_options(const Arguments& arguments) {
  lifecycle::CreateOptions options;
  options.bundle = arguments.text("bundle");
  options.config = arguments.text("config");
  options.console_socket = arguments.text("console-socket");
  options.pid_file = arguments.text("pid-file");
  options.pidfd_socket = arguments.text("pidfd-socket");
  options.no_pivot = arguments.flag("no-pivot");
  options.no_new_keyring = arguments.flag("no-new-keyring");
  if (const std::string_view text = arguments.value("preserve-fds"); !text.empty()) {
    options.preserve_fds = OCI_TRY(parse_number("preserve-fds", text, kMostDescriptors));
  }
  return options;
}

bool operand_is_bundle(const Arguments& arguments) {
  return arguments.value("bundle").empty() && means_bundle(std::string(arguments.operands.front()));
}

Status choose_bundle(const lifecycle::Context& context, const Arguments& arguments,
                     lifecycle::CreateOptions& options) {
  const std::string operand(arguments.operands.front());
  if (!operand_is_bundle(arguments)) {
    if (options.bundle.empty() && options.config.empty() && !is_bundle(".")) {
      return no_bundle(operand);
    }
    options.id = operand;
    return {};
  }
  options.bundle = operand;
  char real[PATH_MAX];
  // If the path does not resolve, lifecycle reports the reason.
  const char* path = realpath(operand.c_str(), real) == nullptr ? operand.c_str() : real;
  options.id = OCI_TRY(free_id(context, id_from_path(path)));
  return {};
}

std::string id_from_path(std::string_view path) {
  while (path.ends_with('/'))
    path.remove_suffix(1);
  path = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  // Skips "." and "..", and leading dashes, which would look like an option.
  while (!path.empty() && (path.front() == '.' || path.front() == '-'))
    path.remove_prefix(1);
  std::string id;
  for (const char c : path.substr(0, 64)) {
    const bool legal = may_be_id(c);
    if (legal || !id.empty()) id.push_back(legal ? c : '-');
  }
  if (id.empty()) id = "container";
  return id;
}

}  // namespace oci::cli
