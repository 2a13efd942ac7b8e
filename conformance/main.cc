// oci-conformance: judges container runtimes through their command line only.
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/diff/diff.h"
#include "conformance/harness/coverage.h"
#include "conformance/harness/data.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/interrupt.h"
#include "conformance/harness/options.h"
#include "conformance/harness/report.h"
#include "conformance/harness/runner.h"
#include "conformance/harness/setup.h"
#include "conformance/harness/view.h"

namespace oci::conformance {
namespace {

std::vector<const Case*> chosen(const std::vector<std::string>& filters) {
  std::vector<const Case*> cases;
  for (const Case* test : all_cases()) {
    bool wanted = filters.empty();
    for (const std::string& filter : filters)
      wanted = wanted || matches(filter, test->name);
    if (wanted) cases.push_back(test);
  }
  if (cases.empty()) throw std::runtime_error("no case has such a name");
  return cases;
}

std::string own_capabilities() {
  for (const std::string& line : lines(read_file("/proc/self/status"))) {
    if (line.starts_with("CapEff:")) return trimmed(line.substr(7));
  }
  return "?";
}

// JUnit and Markdown own standard output; remarks go to stderr.
FILE* remarks(const Options& options) {
  return options.format == "junit" || options.format == "markdown" ? stderr : stdout;
}

void print_machine(const Options& options, const std::vector<Runtime>& runtimes) {
  utsname kernel = {};
  ::uname(&kernel);
  FILE* const out = remarks(options);
  std::fprintf(out, "# kernel %s %s, uid %u, capabilities %s\n", kernel.release, kernel.machine,
               ::getuid(), own_capabilities().c_str());
  std::fprintf(out, "# cgroups: view %s: %s\n", options.view.c_str(), describe_cgroups().c_str());
  std::fprintf(out, "# security modules: %s\n",
               trimmed(read_file("/sys/kernel/security/lsm")).c_str());
  for (const Runtime& runtime : runtimes) {
    std::fprintf(out, "# %s: %s (%s)\n", runtime.name.c_str(), runtime.version.c_str(),
                 runtime.path.c_str());
  }
}

int cover_all() {
  std::vector<std::string> names;
  for (const Case* test : all_cases())
    names.push_back(test->name);
  const std::vector<Rule> rules = read_rules(data("coverage"));
  print_coverage(rules);
  std::vector<std::string> problems = coverage_problems(rules, names);
  const std::string directory = data("known");
  for (const std::string& file : entries(directory)) {
    const Known known = Known::parse(read_file(directory + "/" + file));
    for (const std::string& glob : stale_deviations(known, names))
      problems.push_back(file + " names no case there is: " + glob);
  }
  for (const std::string& problem : problems)
    std::printf("not ok - %s\n", problem.c_str());
  return problems.empty() ? 0 : 1;
}

bool is_wrong(const Judged& judged) {
  return judged.standing == Standing::kFailed || judged.standing == Standing::kUnexpectedPass;
}

void retry_failed(const Run& run, const Runtime& runtime, const std::vector<const Case*>& cases,
                  const Known& known, Column& column) {
  std::vector<size_t> rows;
  std::vector<const Case*> again;
  for (size_t row = 0; row < cases.size(); ++row) {
    if (!is_wrong(column.results[row])) continue;
    rows.push_back(row);
    again.push_back(cases[row]);
  }
  Run alone = run;
  alone.jobs = 1;
  const std::vector<Result> results = run_cases(alone, runtime, again);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Judged judged = judge(results[i], again[i]->name, known);
    std::fprintf(stderr, "# asked again: %s, %s (%s)\n", again[i]->name.c_str(),
                 runtime.name.c_str(), column.results[rows[i]].reason.c_str());
    if (!is_wrong(judged)) column.results[rows[i]] = judged;
  }
}

Column judge_runtime(const Options& options, const Run& run, const Runtime& runtime,
                     const std::vector<const Case*>& cases) {
  const std::string file = options.known + "/" + runtime.name + ".txt";
  const Known known = options.known.empty() ? Known() : Known::parse(read_file(file));
  const std::vector<Result> results = run_cases(run, runtime, cases);
  Column column{.runtime = runtime.name, .results = {}};
  for (size_t row = 0; row < cases.size(); ++row) {
    column.results.push_back(judge(results[row], cases[row]->name, known));
  }
  for (int round = 0; options.retry && round < 3; ++round)
    retry_failed(run, runtime, cases, known, column);
  return column;
}

// Prints the closing line, which scripts parse. Returns the exit code.
int print_totals(FILE* out, const Totals& totals) {
  if (totals.known > 0) {
    std::fprintf(out, "# %d known deviations are counted as skipped\n", totals.known);
  }
  std::fprintf(out, "%d passed, %d failed, %d skipped\n", totals.passed, totals.failed,
               totals.skipped + totals.known);
  return totals.failed != 0 ? 1 : 0;
}

int judge_all(const Options& options) {
  if (options.coverage) return cover_all();
  const std::vector<const Case*> cases = chosen(options.filters);
  if (options.list) {
    for (const Case* test : cases) {
      std::printf("%-50s %s\n", test->name.c_str(), test->clause.c_str());
    }
    return 0;
  }
  note_interrupts();
  WorkDirectory directory(options.work);
  if (options.keep) directory.keep();
  const std::string& work = directory.path();
  std::vector<Runtime> runtimes;
  for (const std::string& text : options.runtimes) {
    runtimes.push_back(parse_runtime(text, work));
    runtimes.back().json_paths = options.json_paths;
  }
  // Must precede enter_view(): below a chroot, /proc/self/exe no longer resolves after mounts are
  // copied.
  const Run run{.work = work,
                .parts = make_template(options.busybox, work),
                .jobs = options.jobs,
                .keep = options.keep};
  enter_view(options.view);
  print_machine(options, runtimes);
  std::vector<Column> columns;
  for (const Runtime& runtime : runtimes)
    columns.push_back(judge_runtime(options, run, runtime, cases));
  find_printer(options.format)(cases, columns);
  return print_totals(remarks(options), total(columns));
}

}  // namespace
}  // namespace oci::conformance

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "diff") {
      return oci::conformance::diff_runtimes(argc - 1, argv + 1);
    }
    return oci::conformance::judge_all(
        oci::conformance::parse_options(argc, argv, oci::conformance::data("known")));
  } catch (const std::exception& why) {
    if (const int signal = oci::conformance::interrupted()) oci::conformance::die_of(signal);
    std::fprintf(stderr, "oci-conformance: %s\n", why.what());
    return 2;
  }
}
