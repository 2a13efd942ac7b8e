#include "conformance/harness/race.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/tracer.h"

namespace oci::conformance {
namespace {

// After so many calls, code that holds no descriptor has named the target again.
constexpr size_t kCallsAfter = 8;

// An emulated machine is fifty times slower, and gets fewer gaps.
constexpr double kSeconds = 5;
constexpr size_t kFewestGaps = 8, kMostGaps = 60;

struct Gap {
  HeldCall call;
  bool for_good;
};

bool is_link(const std::string& path) {
  struct stat status = {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

void exchange(const Race& race) {
  if (::renameat2(AT_FDCWD, race.here.c_str(), AT_FDCWD, race.there.c_str(), RENAME_EXCHANGE) !=
      0) {
    throw Failed("cannot exchange " + race.here + " and " + race.there);
  }
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool names(const HeldCall& call, const std::string& part) {
  const std::vector<std::string> parts = split(call.path, '/');
  return std::ranges::find(parts, part) != parts.end();
}

std::vector<HeldCall> calls_around(const std::vector<HeldCall>& all, const std::string& part) {
  std::map<size_t, std::pair<size_t, size_t>> spans;  // by process: first and last
  for (const HeldCall& call : all) {
    if (!names(call, part)) continue;
    const auto [span, fresh] = spans.try_emplace(call.process, call.nth, call.nth);
    span->second.second = call.nth;
  }
  std::vector<HeldCall> around;
  for (const HeldCall& call : all) {
    const auto span = spans.find(call.process);
    if (span != spans.end() && call.nth >= span->second.first &&
        call.nth <= span->second.second + kCallsAfter) {
      around.push_back(call);
    }
  }
  return around;
}

std::vector<Gap> gaps_of(Sandbox& sandbox, const Race& race) {
  std::vector<HeldCall> all;
  const auto began = std::chrono::steady_clock::now();
  const Outcome calm = trace_paths(race.prepare(), sandbox.directory(),
                                   [&](const HeldCall& call) { all.push_back(call); });
  expect(calm.exit_code == 0, "without an attack it exits " + std::to_string(calm.exit_code) +
                                  ": " + trimmed(calm.err.substr(0, 300)));
  race.judge(calm);
  const std::chrono::duration<double> one = std::chrono::steady_clock::now() - began;
  const auto limit = static_cast<size_t>(
      std::clamp(kSeconds / one.count(), double(kFewestGaps), double(kMostGaps)));
  const std::vector<HeldCall> around = calls_around(all, last_part(race.here));
  expect(!around.empty(), "no system call names " + last_part(race.here));
  std::vector<Gap> gaps;
  for (const bool for_good : {true, false}) {
    for (const HeldCall& call : around)
      gaps.push_back({call, for_good});
  }
  if (gaps.size() <= limit) return gaps;
  std::vector<Gap> some;
  for (size_t at = 0; at < limit; ++at)
    some.push_back(gaps[at * gaps.size() / limit]);
  return some;
}

// Runs with the attack in this gap. Returns the number of exchanges.
int attack(Sandbox& sandbox, const Race& race, const Gap& gap, Spawn spawn, Outcome& outcome) {
  int exchanged = 0;
  outcome = trace_paths(std::move(spawn), sandbox.directory(), [&](const HeldCall& call) {
    if (call.process != gap.call.process) return;
    // A file that the runtime makes itself can be exchanged once it exists.
    const bool strike = exchanged == 0 && call.nth >= gap.call.nth && exists(race.here);
    const bool restore = exchanged == 1 && !gap.for_good && call.nth > gap.call.nth;
    if (!strike && !restore) return;
    exchange(race);
    ++exchanged;
  });
  return exchanged;
}

// The control: checks that `here` has the right type, then writes there.
void expect_control_is_caught(Sandbox& sandbox, const Race& race) {
  const std::string script =
      "if [ -L here ]; then exit 0; elif [ -d here ]; then echo x > here/caught; "
      "else echo x > here; fi";
  Race control{.here = sandbox.path("control/here"), .there = sandbox.path("control/there")};
  const std::string prize = sandbox.path("control/prize");
  const bool directory = !is_link(race.here) && exists(race.here + "/.");
  control.prepare = [&] {
    remove_tree(sandbox.path("control"));
    make_dir(sandbox.path("control"));
    directory ? make_dir(control.here) : write_file(control.here, "");
    if (directory) make_dir(prize);
    if (::symlink(prize.c_str(), control.there.c_str()) != 0) throw Failed("symlink");
    return Spawn{.argv = {sandbox.parts().busybox, "sh", "-c", script},
                 .cwd = sandbox.path("control")};
  };
  control.judge = [](const Outcome&) {};
  for (const Gap& gap : gaps_of(sandbox, control)) {
    Outcome outcome;
    attack(sandbox, control, gap, control.prepare(), outcome);
    if (exists(directory ? prize + "/caught" : prize)) return;
  }
  throw Failed("the control, a program that looks before it writes, is not caught");
}

}  // namespace

void expect_safe(Sandbox& sandbox, const Race& race) {
  race.prepare();
  expect_control_is_caught(sandbox, race);
  size_t struck = 0;
  for (const Gap& gap : gaps_of(sandbox, race)) {
    Outcome outcome;
    const int exchanged = attack(sandbox, race, gap, race.prepare(), outcome);
    struck += exchanged > 0 ? 1 : 0;
    try {
      race.judge(outcome);
    } catch (const Failed& why) {
      throw Failed(std::string(gap.for_good ? "exchanged" : "exchanged and back") + " at " +
                   gap.call.name + "(\"" + gap.call.path + "\") of process " +
                   std::to_string(gap.call.process) + ", exit code " +
                   std::to_string(outcome.exit_code) + ": " + why.what());
    }
  }
  expect(struck > 0, "the names were never exchanged in the middle of a run");
}

}  // namespace oci::conformance
