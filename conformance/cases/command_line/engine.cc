#include "conformance/cases/command_line/engine.h"

#include <sys/wait.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

template <class T>
T number(const std::string& text, const char* reader) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  expect(error == std::errc() && end == text.data() + text.size(),
         std::string(reader) + " cannot read '" + text + "'");
  return value;
}

std::string member(const json::Value& object, const char* pointer) {
  const json::Value* value = find(object, pointer);
  expect(value != nullptr && value->IsString(), std::string("there is no text at ") + pointer);
  return value != nullptr ? value->GetString() : "";
}

// Returns msg of a record of level error, else "". Its time must be valid.
std::string message_of(const json::Document& record) {
  const std::string time = member(record, "/time");
  expect(is_rfc3339(time), "the time of a record is '" + time + "'");
  return member(record, "/level") == "error" ? member(record, "/msg") : "";
}

}  // namespace

Spawn Engine::spawn(const Words& words) const {
  Spawn spawn;
  spawn.argv = {sandbox_.runtime().path};
  const Words& own = sandbox_.runtime().words;
  spawn.argv.insert(spawn.argv.end(), own.begin(), own.end());
  spawn.argv.insert(spawn.argv.end(), prefix_.begin(), prefix_.end());
  spawn.argv.insert(spawn.argv.end(), words.begin(), words.end());
  return spawn;
}

std::string Engine::output(const Words& words, const std::string& input) {
  Spawn one = spawn(words);
  one.input = input;
  const Outcome outcome = sandbox_.call(std::move(one));
  expect(outcome.exit_code == 0, shown(words) + " exits " + std::to_string(outcome.exit_code) +
                                     ": " + trimmed(outcome.err));
  return outcome.out;
}

std::string Engine::combined(const Words& words) {
  const Outcome outcome = call(words);
  expect_equal("exit code of " + shown(words), outcome.exit_code, 0);
  return outcome.out + outcome.err;
}

std::string Engine::status(const std::string& id) {
  return member(container_state(combined({"state", id})), "/status");
}

Bundle sleeper(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"}).write();
  return bundle;
}

Bundle with_terminals(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666", "mode=0620"});
  return bundle;
}

std::string process_file(Sandbox& sandbox, const Words& args, bool terminal) {
  json::Document process;
  process.SetObject();
  place(process, "/terminal").SetBool(terminal);
  place(process, "/user/uid").SetUint(0);
  place(process, "/user/gid").SetUint(0);
  place(process, "/args") = make_value(process, args);
  place(process, "/env") = make_value(process, Words{"PATH=/bin:/usr/bin", "TERM=xterm"});
  place(process, "/cwd") = make_value(process, "/");
  for (const char* set : {"bounding", "effective", "permitted"}) {
    place(process, std::string("/capabilities/") + set) =
        make_value(process, Words{"CAP_CHOWN", "CAP_KILL"});
  }
  std::string path = sandbox.path("process.json");
  write_file(path, to_text(process));
  return path;
}

std::string new_limits() {
  const Words have = split(trimmed(read_file(cgroup2_mount() + "/cgroup.controllers")), ' ');
  const bool pids = std::ranges::count(have, "pids") == 1;
  return pids ? R"({"pids": {"limit": 77}})" : "{}";
}

int go_atoi(const std::string& text) {
  return number<int>(text, "strconv.Atoi");
}

pid_t rust_u32(const std::string& text) {
  return static_cast<pid_t>(number<uint32_t>(text, "parse::<u32>()"));
}

// "2026-01-02T15:04:05[.999999999]Z" or with "+07:00".
bool is_rfc3339(const std::string& text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size()) return false;
  for (size_t at = 0; at < kShape.size(); ++at) {
    const bool digit = text[at] >= '0' && text[at] <= '9';
    if (kShape[at] == 'd' ? !digit : text[at] != kShape[at]) return false;
  }
  std::string_view rest = std::string_view(text).substr(kShape.size());
  if (rest[0] == '.') {
    const size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (end == 1) return false;
    rest.remove_prefix(end);
  }
  if (rest == "Z") return true;
  return rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':' &&
         all_digits(rest.substr(1, 2)) && all_digits(rest.substr(4));
}

bool is_utf8(const std::string& text) {
  size_t more = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (more > 0) {
      if ((byte & 0xc0) != 0x80) return false;
      --more;
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) return false;
      more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    }
  }
  return more == 0;
}

std::string last_error(const std::string& log_file) {
  expect(exists(log_file), "there is no log");
  std::string last;
  for (const std::string& line : lines(read_file(log_file))) {
    if (const std::string text = message_of(parse_json("a record of the log", line)); !text.empty())
      last = text;
  }
  return trimmed(last);
}

std::string only_error(const std::string& log_file) {
  const std::string text = message_of(parse_json("the log as one object", read_file(log_file)));
  expect(!text.empty(), "its record is no error");
  return text;
}

json::Document container_state(const std::string& text) {
  json::Document state = parse_json("the state", text);
  for (const char* field : {"/ociVersion", "/id", "/status", "/bundle", "/rootfs", "/created"})
    member(state, field);
  expect(is_rfc3339(member(state, "/created")), "the time of creation is none");
  const json::Value* pid = find(state, "/pid");
  expect(pid != nullptr && pid->IsInt(), "pid is no number");
  const json::Value* notes = find(state, "/annotations");
  expect(notes == nullptr || notes->IsObject(), "annotations are no object");
  return state;
}

Version docker_version(const std::string& text) {
  Version found;
  for (const std::string& line : lines(trimmed(text))) {
    const size_t first = line.find("version"), last = line.rfind("version");
    if (first != line.npos) {
      found.name = trimmed(line.substr(0, first));
      found.version = trimmed(line.substr(last + std::string_view("version").size()));
    } else if (line.starts_with("commit:")) {
      found.commit = trimmed(line.substr(std::string_view("commit:").size()));
    }
  }
  return found;
}

void expect_end(pid_t pid) {
  expect(wait_child(pid, 5000).has_value(), "the process lives on");
}

void expect_all_end(pid_t pid) {
  const bool ended = eventually([&] {
    pid_t one = 0;
    do {
      one = ::waitpid(-1, nullptr, WNOHANG);
    } while (one > 0 && one != pid);
    return one == pid;
  });
  expect(ended, "the process lives on");
}

}  // namespace oci::conformance
