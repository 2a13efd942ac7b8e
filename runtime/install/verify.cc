#include "runtime/install/verify.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "runtime/install/containerd.h"
#include "runtime/install/toml.h"
#include "runtime/sys/spawn.h"
#include "spec/diagnostics.h"

namespace oci::install {
namespace {

// podman opens its storage first, which may be slow.
constexpr int64_t kPatience = 60;
constexpr size_t kLargestAnswer = 1 << 20;

struct Answer {
  std::string text;  // standard output and error
  bool ok = false;
  std::string problem;  // if not ok
};

Answer ask(std::vector<std::string> argv, std::vector<std::string> env) {
  Answer answer;
  const Result<sys::Finished> finished = sys::run_program({.path = argv.front(),
                                                           .argv = argv,
                                                           .env = std::move(env),
                                                           .cwd = "/",
                                                           .timeout_seconds = kPatience,
                                                           .kept_output = kLargestAnswer});
  if (!finished) {
    answer.problem = finished.error().message();
  } else if (finished.value().timed_out) {
    answer.problem = cat("it did not answer within ", kPatience, " s");
  } else {
    answer.text = finished.value().output;
    const int status = finished.value().wait_status;
    answer.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!answer.ok) answer.problem = last_line(answer.text);
  }
  return answer;
}

Error refused(std::string_view program, std::string_view why) {
  return Error(ErrorKind::kInvalidConfig,
               cat(program, " rejects it: ", why, "; --no-verify skips this check"));
}

}  // namespace

std::vector<std::string> engine_environment(const HostEnvironment& from) {
  std::vector<std::string> env = {
      cat("PATH=", from.path.empty() ? "/usr/sbin:/usr/bin:/sbin:/bin" : from.path)};
  for (const char* name : {"HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME",
                           "DBUS_SESSION_BUS_ADDRESS"}) {
    if (const char* value = std::getenv(name)) env.push_back(cat(name, "=", value));
  }
  return env;
}

std::string last_line(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return "it says nothing";
  text = text.substr(0, last + 1);
  const size_t begin = text.rfind('\n');
  text = text.substr(begin == std::string_view::npos ? 0 : begin + 1);
  return std::string(text.substr(0, 300));
}

Result<std::string> ask_podman(const Question& question) {
  std::vector<std::string> env = engine_environment(question.from);
  if (!question.request.etc.empty()) env.push_back("CONTAINERS_CONF=" + question.place.file);
  std::vector<std::string> argv = {question.program};
  if (!question.settings.is_default) argv.insert(argv.end(), {"--runtime", kRuntimeName});
  argv.insert(argv.end(), {"info", "--format", "{{.Host.OCIRuntime.Path}}"});
  const Answer answer = ask(argv, std::move(env));
  if (!answer.ok) return refused("podman", answer.problem);
  if (last_line(answer.text) != question.settings.path) {
    return refused("podman", cat("its runtime is ", last_line(answer.text)));
  }
  return std::string("podman reads it");
}

Result<std::string> ask_containerd(const Question& question) {
  const Answer answer = ask({question.program, "--config", question.place.file, "config", "dump"},
                            engine_environment(question.from));
  if (!answer.ok) return refused("containerd", answer.problem);
  const Result<bool> has = containerd_has(answer.text, "containerd config dump", question.settings);
  if (!has) return refused("containerd", has.error().message());
  if (!has.value()) {
    return refused("containerd",
                   "its `config dump` lacks the runtime; a file in `imports` may replace "
                   "the CRI section (containerd 1.x)");
  }
  return std::string("containerd reads it");
}

Result<std::string> ask_docker(const Question& question) {
  const Answer answer = ask({question.program, "--validate", "--config-file", question.place.file},
                            engine_environment(question.from));
  if (answer.ok) return std::string("dockerd finds it valid");
  if (answer.text.find("unknown flag: --validate") != std::string::npos) {
    return std::string("read back; this dockerd cannot be asked before version 23");
  }
  return refused("dockerd", answer.problem);
}

Result<std::string> ask_crio(const Question& question) {
  const std::string& file = question.place.file;
  const std::string dir = file.substr(0, file.rfind('/'));
  const std::string main_file = dir.substr(0, dir.size() - 2);
  const Answer answer =
      ask({question.program, "--config", main_file, "--config-dir", dir, "config"},
          engine_environment(question.from));
  if (!answer.ok) return refused("crio", answer.problem);
  // Some versions print defaults as comments.
  const size_t table = answer.text.find(cat("[crio.runtime.runtimes.", kRuntimeName, "]"));
  if (table == std::string::npos ||
      answer.text.find(cat("runtime_path = ", toml_quoted(question.settings.path)), table) ==
          std::string::npos) {
    return refused("crio", "its `config` lacks the runtime");
  }
  return std::string("crio reads it");
}

std::string containerd_version(const HostEnvironment& from) {
  const std::string program = find_program("containerd", from);
  return program.empty() ? "" : ask({program, "--version"}, engine_environment(from)).text;
}

}  // namespace oci::install
