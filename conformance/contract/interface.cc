// The interface that later versions keep: each row of interface.txt is looked for.
#include <sstream>

#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/data.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Words between double quotes are one.
Words words_of(const std::string& text) {
  Words words;
  std::istringstream stream(text);
  for (std::string word; stream >> std::ws && stream.good();) {
    if (stream.peek() == '"') {
      stream.get();
      std::getline(stream, word, '"');
    } else {
      stream >> word;
    }
    words.push_back(word);
  }
  return words;
}

class Interface {
 public:
  explicit Interface(Sandbox& sandbox) : sandbox_(sandbox), wrong_(sandbox.bundle("wrong")) {
    wrong_.set("/process/cwd", "tmp").write();
    Bundle bundle = sandbox.bundle();
    bundle.args({"/bin/busybox", "sleep", "1000"});
    sandbox.create_and_start(bundle);
    const std::string file = sandbox.path("exec.pid");
    const Outcome begun =
        sandbox.call({"exec", "--detach", "--pid-file", file, sandbox.id(), "sleep", "500"});
    expect_equal("exec (" + begun.err + ") exits with", begun.exit_code, 0);
    exec_ = std::stoi(read_file(file));
  }

  // Init of a pid namespace ends after all others in it are reaped: pid_namespaces(7).
  void end() {
    sandbox_.kill("KILL");
    expect(wait_child(exec_, 5000).has_value(), "the exec does not end");
    sandbox_.wait_stopped();
    sandbox_.remove();
  }

  void look_at(const std::string& row) {
    const std::string kind = row.substr(0, row.find(' '));
    const std::string rest = trimmed(row.substr(kind.size()));
    if (kind == "options") return options(words_of(rest));
    const size_t colon = rest.find(": ");
    expect(colon != rest.npos, "a row without a colon: " + row);
    const std::string before = rest.substr(0, colon), behind = rest.substr(colon + 2);
    if (kind == "members") return members(before, words_of(behind));
    expect_equal("a row that is known", kind, "exits");
    expect_equal(behind + " exits with", call(behind).exit_code, std::stoi(before));
  }

 private:
  Outcome call(const std::string& text) {
    Words words = words_of(text);
    for (std::string& word : words) {
      if (word == "$ID") word = sandbox_.id();
      if (word == "$WRONG") word = wrong_.directory();
    }
    return sandbox_.call(words);
  }

  void options(const Words& words) {
    const std::string verb = words.front();
    const std::string help = call(verb == "oci-rt" ? "--help" : verb + " --help").out;
    for (size_t i = 1; i < words.size(); ++i) {
      const std::string option = "--" + words[i];
      expect(help.find(option + " ") != help.npos || help.find(option + "\n") != help.npos,
             verb + " has no option --" + words[i]);
    }
  }

  void members(const std::string& text, const Words& names) {
    const json::Document answer = parse_json(text, call(text).out);
    const std::string element = answer.IsArray() ? "/0/" : "/";
    for (const std::string& name : names)
      expect(find(answer, element + name) != nullptr, text + " has no member " + name);
  }

  Sandbox& sandbox_;
  Bundle wrong_;
  pid_t exec_ = -1;
};

void interface(Sandbox& sandbox) {
  if (!sandbox.runtime().json_paths) throw Skipped("the promises are oci-rt's own");
  Interface promised(sandbox);
  size_t rows = 0;
  for (const std::string& line : lines(read_file(data("contract/interface.txt")))) {
    if (line.empty() || line.starts_with('#')) continue;
    promised.look_at(line);
    ++rows;
  }
  expect(rows > 30, "the table is cut");
  promised.end();
}
const Case kInterface("contract/the-stable-interface-is-there", "oci-rt --help", interface);

}  // namespace
}  // namespace oci::conformance
