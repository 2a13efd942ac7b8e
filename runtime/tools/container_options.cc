#include "runtime/tools/container_options.h"

#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "runtime/cli/amount.h"
#include "runtime/lifecycle/prepare.h"
#include "spec/name.h"
#include "third_party/rapidjson.h"

namespace oci::tools {
namespace {

using cli::Arguments;

Error bad(std::string_view option, std::string_view wanted, std::string_view found) {
  return Error(ErrorKind::kUsage,
               cat("option --", option, ": expected ", wanted, ", found '", found, "'"));
}

constexpr spec::Name<Net> kNets[] = {{"host", Net::kHost}, {"none", Net::kNone}};

Result<std::string> real_tree(const std::string& given) {
  char path[PATH_MAX];
  struct stat info = {};
  if (::realpath(given.c_str(), path) == nullptr || ::stat(path, &info) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      return Error::system(errno, cat("option --rootfs: '", given, "'"));
    }
    return Error(ErrorKind::kUsage, cat("option --rootfs: there is no directory '", given, "'"));
  }
  if (S_ISDIR(info.st_mode)) return std::string(path);
  return Error(ErrorKind::kUsage, cat("option --rootfs: '", given,
                                      "' is a file; expected the directory of a root "
                                      "filesystem"));
}

// JSON has no other text.
Status require_utf8(std::string_view subject, std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>,
                    rapidjson::CrtAllocator, rapidjson::kWriteValidateEncodingFlag>
      writer(buffer);
  if (writer.String(text.data(), static_cast<json::Size>(text.size()))) return {};
  return Error(ErrorKind::kUsage, cat(subject, ": expected text in UTF-8, found '", text, "'"));
}

// SRC:DST[:ro|:rw]
Result<Volume> parse_volume(const std::string& text) {
  std::string_view rest = text;
  Volume volume;
  for (const std::string_view mode : {":ro", ":rw"}) {
    if (!rest.ends_with(mode)) continue;
    volume.read_only = mode == ":ro";
    rest.remove_suffix(mode.size());
    break;
  }
  const size_t colon = rest.find(':');
  if (colon == 0 || colon == rest.npos || rest.substr(colon + 1).find(':') != rest.npos ||
      !rest.substr(colon + 1).starts_with('/')) {
    return bad("volume", "SRC:DST[:ro] with an absolute DST", text);
  }
  volume.source = OCI_TRY(lifecycle::absolute_path(std::string(rest.substr(0, colon))));
  volume.destination = rest.substr(colon + 1);
  if (volume.destination.find_first_not_of('/') == volume.destination.npos) {
    return bad("volume", "a DST below '/'", text);
  }
  return volume;
}

Result<std::string> parse_env(const std::string& text) {
  const size_t equals = text.find('=');
  if (text.empty() || equals == 0) return bad("env", "NAME[=VALUE]", text);
  if (equals != text.npos) return text;
  const char* const value = std::getenv(text.c_str());
  if (value != nullptr) return cat(text, "=", value);
  return Error(ErrorKind::kUsage, cat("option --env: the caller has no variable '", text,
                                      "'; give a value: ", text, "=VALUE"));
}

Result<std::optional<int64_t>> parse_limit(const Arguments& arguments, std::string_view option,
                                           bool has_unit) {
  const std::string_view text = arguments.value(option);
  if (text.empty()) return std::optional<int64_t>();
  const int64_t number = OCI_TRY(cli::parse_amount(option, text, has_unit));
  if (number <= 0) return bad(option, "a number above 0", text);
  return std::optional(number);
}

Status require_utf8_of(const ContainerOptions& options) {
  OCI_TRY(require_utf8("option --rootfs", options.rootfs));
  OCI_TRY(require_utf8("option --workdir", options.cwd));
  for (const std::string& entry : options.env)
    OCI_TRY(require_utf8("option --env", entry));
  for (const Volume& volume : options.volumes)
    OCI_TRY(require_utf8("option --volume", cat(volume.source, ":", volume.destination)));
  for (const std::string& word : options.args)
    OCI_TRY(require_utf8("PROGRAM", word));
  return {};
}

}  // namespace

Result<ContainerOptions> container_options(const Arguments& arguments,
                                           std::vector<std::string> args) {
  ContainerOptions options;
  if (const std::string tree = arguments.text("rootfs"); !tree.empty()) {
    options.rootfs = OCI_TRY(real_tree(tree));
  }
  options.args = std::move(args);
  for (const std::string& text : cli::all_values(arguments, "volume"))
    options.volumes.push_back(OCI_TRY(parse_volume(text)));
  for (const std::string& text : cli::all_values(arguments, "env"))
    options.env.push_back(OCI_TRY(parse_env(text)));
  options.cwd = arguments.text("workdir");
  if (!options.cwd.empty() && !options.cwd.starts_with('/')) {
    return bad("workdir", "an absolute path", options.cwd);
  }
  options.user = arguments.text("user");
  options.memory = OCI_TRY(parse_limit(arguments, "memory", true));
  options.pids = OCI_TRY(parse_limit(arguments, "pids", false));
  options.read_only = arguments.flag("read-only");
  if (const std::string_view text = arguments.value("net"); !text.empty()) {
    options.net = OCI_TRY(cli::choose("net", text, kNets));
  }
  OCI_TRY(require_utf8_of(options));
  return options;
}

}  // namespace oci::tools
