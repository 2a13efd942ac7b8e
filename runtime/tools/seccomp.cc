// oci-rt seccomp explain, dump and record
#include <fcntl.h>

#include <charconv>

#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/sys/file.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/record.h"
#include "runtime/tools/seccomp_text.h"
#include "spec/diagnostics.h"
#include "spec/load_config.h"
#include "spec/parse/parse_json.h"

namespace oci::tools {
namespace {

Error of_an_engine(const std::string& path, std::string_view property) {
  return Error(ErrorKind::kUnsupported,
               cat("PROFILE: '", path, "' is a profile for an engine, which decides about its ",
                   property, "; give the config.json of a container"));
}

// podman and Docker resolve these members, and write linux.seccomp without them.
Status check_is_resolved(const json::Value& profile, const std::string& path) {
  if (profile.HasMember("archMap")) return of_an_engine(path, "archMap");
  const auto syscalls = profile.FindMember("syscalls");
  if (syscalls == profile.MemberEnd() || !syscalls->value.IsArray()) return {};
  for (json::Size i = 0; i < syscalls->value.Size(); ++i) {
    const json::Value& rule = syscalls->value[i];
    if (!rule.IsObject()) continue;
    for (const char* name : {"includes", "excludes"}) {
      const auto member = rule.FindMember(name);
      if (member == rule.MemberEnd()) continue;
      if (member->value.IsObject() && member->value.ObjectEmpty()) continue;
      return of_an_engine(path, cat("syscalls[", i, "].", name));
    }
  }
  return {};
}

// A config.json, or an object like linux.seccomp. That one is read as part of a config: its lines
// stay the same.
Result<spec::Seccomp> read_profile(const std::string& path) {
  std::string text = OCI_TRY(sys::read_file_at(AT_FDCWD, path, size_t{64} << 20));
  std::string buffer;
  json::Document document;
  spec::Diagnostics problems;
  const bool is_object = spec::parse_json(text, buffer, document, problems) && document.IsObject();
  if (is_object && document.HasMember("defaultAction")) {
    OCI_TRY(check_is_resolved(document, path));
    text = cat(R"({"ociVersion": "1.0.0", "root": {"path": "rootfs"}, "linux": {"seccomp": )", text,
               "}}");
  }
  const spec::Config config = OCI_TRY(spec::load_config(text, path));
  if (config.linux && config.linux->seccomp) return *config.linux->seccomp;
  return Error(ErrorKind::kInvalidConfig, cat("PROFILE: '", path, "' has no linux.seccomp"));
}

// "5", "0x10"; "-" is unknown.
Result<std::optional<uint64_t>> parse_argument(std::string_view text) {
  if (text == "-") return std::optional<uint64_t>();
  const bool is_hex = text.starts_with("0x");
  const std::string_view digits = is_hex ? text.substr(2) : text;
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  if (error == std::errc() && end == digits.data() + digits.size()) return std::optional(value);
  return Error(ErrorKind::kUsage,
               cat("ARGUMENT: expected a number such as 5 or 0x10, or - if it is unknown, found '",
                   text, "'"));
}

Result<int> explain(const Arguments& arguments, const spec::Seccomp& profile,
                    const seccomp::Program& program) {
  if (arguments.operands.size() == 2) {
    OCI_TRY(cli::print(profile_text(profile, program)));
    return 0;
  }
  std::vector<std::optional<uint64_t>> values;
  for (size_t i = 3; i < arguments.operands.size(); ++i)
    values.push_back(OCI_TRY(parse_argument(arguments.operands[i])));
  const std::string_view call = arguments.operands[2];
  const std::vector<Decision> decisions =
      OCI_TRY(explain_call(profile, program.filter, call, values));
  OCI_TRY(cli::print(arguments.flag("json") ? decisions_json(call, decisions)
                                            : decisions_text(call, decisions)));
  return 0;
}

Result<int> run(const lifecycle::Context&, const Arguments& arguments) {
  const std::string_view verb = arguments.operands.front();
  const bool dumps = verb == "dump", records = verb == "record";
  if (!dumps && !records && verb != "explain") {
    return Error(ErrorKind::kUsage,
                 cat("seccomp: expected explain, dump or record, found '", verb, "'"));
  }
  if (records && arguments.flag("json")) {
    return Error(ErrorKind::kUsage, "option --json: a recorded profile is JSON in any case");
  }
  if (records) return record(arguments);
  if (!arguments.value("output").empty()) {
    return Error(ErrorKind::kUsage, "option --output: it is for `seccomp record`");
  }
  OCI_TRY(cli::require_operands(cli::kSeccompSyntax, arguments.operands, 2, dumps ? 2 : 9));
  if (arguments.flag("json") && arguments.operands.size() == 2) {
    return Error(ErrorKind::kUsage,
                 "option --json: it is for one call; give SYSCALL to `seccomp explain`");
  }
  const spec::Seccomp profile = OCI_TRY(read_profile(std::string(arguments.operands[1])));
  const seccomp::Program program = OCI_TRY(seccomp::compile(profile, seccomp::Warnings::kCollect));
  if (!dumps) return explain(arguments, profile, program);
  OCI_TRY(cli::print(program_text(program.filter)));
  return 0;
}

}  // namespace

constinit const Command kSeccompCommand{.syntax = cli::kSeccompSyntax, .run = run};

}  // namespace oci::tools
