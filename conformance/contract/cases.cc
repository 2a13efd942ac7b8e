// Tests of messages, on which engines rely. Each row of failures.txt is a case that provokes a
// failure and checks how podman, docker, containerd, CRI-O, conmon and conmon-rs classify the
// message.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <list>
#include <map>

#include "conformance/contract/engines.h"
#include "conformance/contract/table.h"
#include "conformance/contract/texts.h"
#include "conformance/harness/case.h"
#include "conformance/harness/data.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr size_t kLongestMessage = 200;  // the events of Kubernetes show so many characters

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// Removes and returns the first word.
std::string take_word(std::string& rest) {
  const size_t space = std::min(rest.find(' '), rest.size());
  std::string word = rest.substr(0, space);
  rest = trimmed(rest.substr(space));
  return word;
}

std::string json_string(const std::string& json) {
  const json::Document value = parse_json("a text of the table", json);
  expect(value.IsString(), "a text of the table is not a JSON string: " + json);
  return {value.GetString(), value.GetStringLength()};
}

void require(std::string rest) {
  const std::string what = take_word(rest);
  if (what == "controller") return require_controller(rest);
  if (what == "file") return require_file(rest);
  if (what == "no-file") {
    if (exists(rest)) throw Skipped("there is " + rest);
    return;
  }
  throw Failed("the table needs something unknown: " + what);
}

// Runs one row.
class Provocation {
 public:
  Provocation(Sandbox& sandbox, const Row& row)
      : sandbox_(sandbox), row_(row), bundle_(sandbox.bundle("b")) {}

  void run() {
    for (const Line& line : row_.lines)
      apply(line);
    bundle_.write();
    call();
    judge();
  }

 private:
  std::string filled(const std::string& text) const {
    std::string out = replace_all(text, "$BUNDLE", bundle_.directory());
    out = replace_all(out, "$DIR", sandbox_.directory());
    return replace_all(out, "$ID", sandbox_.id());
  }
  // Replaces long names by the short ones of a typical user.
  std::string shortened(const std::string& text) const {
    std::string out = replace_all(text, sandbox_.directory(), "/d");
    return replace_all(out, sandbox_.id(), "web1");
  }

  void apply(const Line& line);
  void edit(const std::string& keyword, std::string rest);
  void make_file(const std::string& base, std::string rest) const;
  void have(const std::string& status);
  void call();
  void judge();
  void expect_check();
  void judge_class(const std::string& engine, const std::string& seen, const std::string& usual);

  Sandbox& sandbox_;
  const Row& row_;
  Bundle bundle_;
  Spawn spawn_;
  Words words_;
  std::map<std::string, std::string> classes_;
  Words says_;
  Outcome outcome_;
  Failure failure_;
};

void Provocation::apply(const Line& line) {
  const std::string& keyword = line.keyword;
  const std::string rest = filled(line.rest);
  if (keyword == "needs") return require(rest);
  if (keyword == "file" || keyword == "dir" || keyword == "link") {
    return edit(keyword, rest);
  }
  if (keyword == "host") return make_file(sandbox_.directory(), rest);
  if (keyword == "have") return have(rest);
  if (keyword == "first") {
    bundle_.write();
    expect_equal("exit code of " + rest, sandbox_.call(split(rest, ' ')).exit_code, 0);
    return;
  }
  if (keyword == "config") return static_cast<void>(bundle_.text(json_string(rest)));
  if (keyword == "input") {
    spawn_.input = rest;
  } else if (keyword == "call") {
    words_ = split(rest, ' ');
  } else if (keyword == "says") {
    says_.push_back(line.rest);
  } else if (keyword == "set" || keyword == "add" || keyword == "drop") {
    edit(keyword, rest);
  } else {
    classes_[keyword] = rest;
  }
}

void Provocation::edit(const std::string& keyword, std::string rest) {
  if (keyword == "file") return make_file(bundle_.rootfs(), rest);
  const std::string where = take_word(rest);
  if (keyword == "set") {
    bundle_.set_json(where, rest);
  } else if (keyword == "add") {
    bundle_.add(where, rest);
  } else if (keyword == "drop") {
    bundle_.remove(where);
  } else if (keyword == "dir") {
    make_dir(bundle_.rootfs(where));
  } else {
    expect(::symlink(rest.c_str(), bundle_.rootfs(where).c_str()) == 0, "a link cannot be made");
  }
}

// PATH MODE "TEXT"
void Provocation::make_file(const std::string& base, std::string rest) const {
  const std::string path = base + "/" + take_word(rest);
  const auto mode = static_cast<unsigned>(std::stoul(take_word(rest), nullptr, 8));
  make_dir(path.substr(0, path.rfind('/')));
  write_file(path, json_string(rest), mode);
}

void Provocation::have(const std::string& status) {
  sandbox_.create(bundle_);
  if (status == "created") return;
  sandbox_.start();
  if (status == "running") return;
  if (status == "paused") {
    expect_equal("exit code of pause", sandbox_.call({"pause", sandbox_.id()}).exit_code, 0);
    return;
  }
  expect_equal("status of the row", status, "stopped");
  sandbox_.call({"kill", sandbox_.id(), "KILL"});  // it may have stopped already
  sandbox_.wait_stopped();
}

void Provocation::call() {
  Words all = {"--log", sandbox_.path("log"), "--log-format", "json"};
  all.insert(all.end(), words_.begin(), words_.end());
  const Spawn invocation = sandbox_.invocation(all);
  spawn_.argv = invocation.argv;
  outcome_ = sandbox_.call(spawn_);
  failure_.verb = words_.front();
  const json::Value* program = find(bundle_.config(), "/process/args/0");
  if (failure_.verb == "exec") {
    failure_.command = words_.back();
  } else if (program != nullptr && program->IsString())
    failure_.command = program->GetString();
}

void Provocation::judge() {
  expect(outcome_.exit_code != 0, "it exits 0");
  const std::vector<LogRecord> records = read_records(read_file(sandbox_.path("log")));
  expect_equal("problems of the log", record_problem(records), "");
  expect_equal("problems of stderr", stderr_problem(outcome_.err), "");
  expect_equal("stdout", outcome_.out, "");
  const std::string message = shortened(records.back().msg);
  // podman and CRI-O read the log if they know the runtime by name, and stderr otherwise.
  for (const std::string& text : {records.back().msg, outcome_.err}) {
    failure_.text = text;
    judge_class("podman", podman_class(failure_), "125");
    judge_class("docker", docker_class(failure_), "128");
    judge_class("containerd", containerd_class(failure_), "error");
    judge_class("crio", crio_class(failure_), "error");
  }
  if (!sandbox_.runtime().json_paths) return;  // other runtimes have other messages
  expect_text("contract/" + row_.name, message);
  expect_text("code/" + row_.name, records.back().code);
  for (const std::string& part : says_)
    expect_contains("the message", message, shortened(filled(part)));
  expect_check();
  expect(message.size() <= kLongestMessage,
         "the message has " + std::to_string(message.size()) + " characters: " + message);
}

// The report of `check` about the bundle of a failed create.
void Provocation::expect_check() {
  if (words_.front() != "create") return;
  const Outcome checked = sandbox_.call({"check", bundle_.directory()});
  expect_text("check/contract/" + row_.name, shortened(error_lines(checked.out)));
}

void Provocation::judge_class(const std::string& engine, const std::string& seen,
                              const std::string& usual) {
  const auto wanted = classes_.find(engine);
  expect_equal("class that " + engine + " gives to '" + trimmed(failure_.text) + "'", seen,
               wanted == classes_.end() ? usual : wanted->second);
}

// An unreadable table becomes one case, which fails.
std::list<Case> make_cases() {
  std::list<Case> cases;
  try {
    for (Row& row : parse_table(read_file(data("contract/failures.txt")))) {
      std::string name = "contract/" + row.name;
      cases.emplace_back(
          std::move(name), "cli-contract 8",
          [row = std::move(row)](Sandbox& sandbox) { Provocation(sandbox, row).run(); });
    }
  } catch (const std::exception& why) {
    cases.emplace_back("contract/table", "cli-contract 8",
                       [text = std::string(why.what())](Sandbox&) { throw Failed(text); });
  }
  if (cases.empty()) {
    cases.emplace_back("contract/table", "cli-contract 8",
                       [](Sandbox&) { throw Failed("the table of failures is empty"); });
  }
  return cases;
}
const std::list<Case> kRows = make_cases();

}  // namespace
}  // namespace oci::conformance
