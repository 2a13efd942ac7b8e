#include "conformance/diff/diff.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "conformance/diff/compare.h"
#include "conformance/harness/case.h"
#include "conformance/harness/command_line.h"
#include "conformance/harness/data.h"
#include "conformance/harness/files.h"
#include "conformance/harness/interrupt.h"
#include "conformance/harness/known.h"
#include "conformance/harness/runner.h"
#include "conformance/harness/setup.h"
#include "conformance/harness/view.h"

namespace oci::conformance {
namespace {

constexpr char kProgram[] = "oci-conformance diff";

struct Options {
  std::vector<std::string> runtimes, bundles, without;
  std::string known, view = "unified", busybox, work = "/var/tmp";
  int jobs = 2;
};

CommandLine command_line(Options& o) {
  using Text = const std::string&;
  return {
      .program = kProgram,
      .summary =
          "Compares two runtimes. A BUNDLE is a directory with a config.json, or such a file alone "
          "(default: the whole corpus). The root filesystem and the program are the harness's own: "
          "the program prints facts about its container.",
      .usage = "--runtime A --runtime B [OPTION...] [BUNDLE...]",
      .words = {
          {"runtime", "[NAME=]BIN", "a runtime, and its global options (give it twice)",
           [&](Text value) { o.runtimes.push_back(value); }},
          {"known", "FILE|none", "file of the expected differences (default: diff/known/A-B.txt)",
           [&](Text value) { o.known = value; }},
          {"without", "POINTER",
           "remove this from every config, such as /linux/resources/devices (repeatable)",
           [&](Text value) { o.without.push_back(value); }},
          {"view", "LAYOUT",
           "cgroup layout of the machine as they see it: unified (default), hybrid, legacy, as-is",
           [&](Text value) { o.view = value; }},
          {"jobs", "N", "number of parallel bundles (default: 2)",
           [&](Text value) { o.jobs = count_of(kProgram, "jobs", value); }},
          {"busybox", "FILE", "a static busybox (default: the one in PATH)",
           [&](Text value) { o.busybox = value; }},
          {"work", "DIR", "directory of the bundles (default: /var/tmp)",
           [&](Text value) { o.work = value; }},
      }};
}

Options parse_options(int argc, char** argv) {
  Options options;
  options.bundles = read_command_line(command_line(options), argc, argv);
  if (options.runtimes.size() != 2) stop_usage(kProgram, "--runtime [NAME=]BIN is wanted twice");
  return options;
}

// A config to compare both runtimes with.
struct Subject {
  std::string name;  // "podman-default"
  std::string text;  // of its config.json
};

Subject read_subject(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  const bool is_file = path.ends_with(".json");
  Subject subject{.name = path.substr(path.rfind('/') + 1),
                  .text = read_file(is_file ? path : path + "/config.json")};
  if (subject.text.empty()) throw std::runtime_error("no config.json in " + path);
  if (is_file) subject.name.resize(subject.name.size() - 5);
  return subject;
}

std::vector<Subject> read_subjects(const std::vector<std::string>& bundles) {
  std::vector<Subject> subjects;
  for (const std::string& bundle : bundles)
    subjects.push_back(read_subject(bundle));
  if (!bundles.empty()) return subjects;
  for (const std::string& name : entries(data("corpus"))) {
    if (name.ends_with(".json")) subjects.push_back(read_subject(data("corpus/" + name)));
  }
  return subjects;
}

// Passes an observation from the process of its run through a file: path, NUL, text, NUL.
void save(const Observation& seen, const std::string& file) {
  std::string text;
  for (const auto& [path, value] : seen)
    text += path + '\0' + value + '\0';
  write_file(file, text);
}

Observation load(const std::string& file) {
  const std::vector<std::string> parts = [&] {
    std::vector<std::string> all(1);
    for (const char c : read_file(file)) {
      if (c == '\0') {
        all.emplace_back();
      } else {
        all.back() += c;
      }
    }
    return all;
  }();
  Observation seen;
  for (size_t at = 0; at + 1 < parts.size(); at += 2)
    seen[parts[at]] = parts[at + 1];
  return seen;
}

std::string shown_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Runs all subjects on one runtime in parallel, each isolated like a case.
std::vector<Observation> observe_all(const Run& run, const Runtime& runtime,
                                     const std::vector<Subject>& subjects,
                                     const std::vector<std::string>& without) {
  const std::string results = run.work + "/seen-" + runtime.name;
  make_dir(results);
  std::vector<Case> cases;
  cases.reserve(subjects.size());
  for (const Subject& subject : subjects) {
    const std::string file = results + "/" + subject.name;
    cases.emplace_back(subject.name, "", [&subject, &without, file](Sandbox& sandbox) {
      Bundle bundle = sandbox.bundle();
      const Rebuilt rebuilt = rebuild(subject.text, without, bundle, sandbox);
      Observation seen = observe(sandbox, bundle);
      seen["!left-out"] = shown_list(rebuilt.left_out);
      save(seen, file);
    });
  }
  std::vector<const Case*> list;
  for (const Case& one : cases)
    list.push_back(&one);
  const std::vector<Result> verdicts = run_cases(run, runtime, list);
  std::vector<Observation> all;
  for (size_t row = 0; row < subjects.size(); ++row) {
    Observation seen = load(results + "/" + subjects[row].name);
    // Leftovers or the reason of a failed run count as a fact.
    if (verdicts[row].verdict != Verdict::kPassed) seen["/trouble"] = verdicts[row].reason;
    all.push_back(std::move(seen));
  }
  return all;
}

class Report {
 public:
  Report(const Known& known, std::string left, std::string right)
      : known_(known), left_(std::move(left)), right_(std::move(right)) {}

  void add(const Subject& subject, const Observation& left, const Observation& right) {
    bool bad = false;
    for (const Difference& one : compare(left, right)) {
      const std::optional<Known::Entry> known = known_.find(subject.name + " " + one.path);
      if (known) used_.insert(known->glob);
      bad = bad || !known;
      std::printf("%s - %s %s: %s '%s', %s '%s'%s\n", known ? "# known" : "not ok",
                  subject.name.c_str(), one.path.c_str(), left_.c_str(), one.left.c_str(),
                  right_.c_str(), one.right.c_str(), known ? (": " + known->reason).c_str() : "");
    }
    for (const auto& [name, seen] : {std::pair(left_, left), std::pair(right_, right)}) {
      const auto said = seen.find("!said");
      if (seen.contains("/accepted") && seen.at("/accepted") == "false") {
        std::printf("#   %s says: %s\n", name.c_str(), said->second.c_str());
      }
    }
    const bool ran = left.contains("/umask") && right.contains("/umask");
    ++(bad ? failed_ : ran ? passed_ : skipped_);
    if (const auto out = left.find("!left-out"); out != left.end() && !out->second.empty()) {
      left_out_.insert(out->second);
    }
  }

  // A listed difference that is gone must be deleted from the list, if everything was compared.
  int close(bool whole) {
    for (const Known::Entry& entry : known_.entries()) {
      if (!whole || used_.contains(entry.glob) || entry.sometimes) continue;
      std::printf("not ok - listed as known, and does not differ: %s\n", entry.glob.c_str());
      ++failed_;
    }
    for (const std::string& out : left_out_)
      std::printf("# left out of some, as this machine cannot give it: %s\n", out.c_str());
    std::printf("%d passed, %d failed, %d skipped\n", passed_, failed_, skipped_);
    return failed_ != 0 ? 1 : 0;
  }

 private:
  const Known& known_;
  std::string left_, right_;
  std::set<std::string> used_, left_out_;
  int passed_ = 0, failed_ = 0, skipped_ = 0;
};

}  // namespace

int diff_runtimes(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  const std::vector<Subject> subjects = read_subjects(options.bundles);
  note_interrupts();
  const WorkDirectory directory(options.work);
  const std::string& work = directory.path();
  std::vector<Runtime> runtimes;
  for (const std::string& text : options.runtimes)
    runtimes.push_back(parse_runtime(text, work));
  const Run run{.work = work, .parts = make_template(options.busybox, work), .jobs = options.jobs};
  enter_view(options.view);
  for (const Runtime& runtime : runtimes)
    std::printf("# %s: %s (%s)\n", runtime.name.c_str(), runtime.version.c_str(),
                runtime.path.c_str());
  std::printf("# cgroups: %s\n", describe_cgroups().c_str());
  const std::string file = options.known.empty() ? data("diff/known/") + runtimes[0].name + "-" +
                                                       runtimes[1].name + ".txt"
                                                 : options.known;
  const Known known = options.known == "none" ? Known() : Known::parse(read_file(file));
  const auto left = observe_all(run, runtimes[0], subjects, options.without);
  const auto right = observe_all(run, runtimes[1], subjects, options.without);
  Report report(known, runtimes[0].name, runtimes[1].name);
  for (size_t row = 0; row < subjects.size(); ++row)
    report.add(subjects[row], left[row], right[row]);
  return report.close(options.bundles.empty());
}

}  // namespace oci::conformance
