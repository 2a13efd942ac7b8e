#include "runtime/manual/verbs.h"

#include <algorithm>
#include <iterator>

#include "runtime/cli/criu_options.h"
#include "runtime/cli/engine_options.h"
#include "runtime/cli/exec_options.h"
#include "runtime/cli/explainer.h"
#include "runtime/cli/install_options.h"
#include "runtime/cli/people_options.h"
#include "runtime/cli/run_options.h"

namespace oci::manual {
namespace {

using enum Needs;

constexpr std::string_view kAll = "created running paused stopped creating corrupt";
constexpr std::string_view kAlive = "created running paused";

constexpr Verb kVerbs[] = {
    {&cli::kCreateSyntax,
     "All of the container exists afterwards, but its program does not run yet: `start` does that. "
     "If "
     "`create` fails, nothing is left.",
     "",
     {{"Create the container `web` from the bundle in ./web:", "oci-rt create --bundle ./web web"},
      {"Also write the pid of its init process to a file:",
       "oci-rt create --bundle ./web --pid-file ./web.pid web"}}},
    {&cli::kStartSyntax,
     "For several containers, a failure of one stops no other.",
     "created",
     {{"Start a created container:", "oci-rt start web", kCreated},
      {"Create a container and start it:",
       "oci-rt create --bundle ./web web && oci-rt start web"}}},
    {&cli::kRunSyntax,
     "A DIR has a slash, is `.`, or is the name of a directory. The id is then the name of the "
     "directory, with a number if it is taken. PROGRAM replaces process.args of config.json.\n"
     "At its end `run` deletes the container: all its processes, its cgroup, its mounts, and its "
     "record in the state directory. The bundle stays, and so does everything that the container "
     "wrote to its root filesystem or to a volume. With --keep or --detach the container also "
     "stays, "
     "until `delete`.\n"
     "The exit code is that of the program, or 128+N after signal N. Signals are passed on to the "
     "program.",
     "",
     {{"Run the bundle in ./web until its program ends:", "oci-rt run ./web"},
      {"Run a program in a root filesystem without a config.json:",
       "oci-rt run --rootfs ./rootfs --memory 64m sh -c 'echo hello'"}}},
    {&cli::kExecSyntax,
     "The program has the namespaces, the capabilities and the seccomp filter of the container. "
     "Options "
     "stand before ID: all words behind it belong to the program. The exit code is that of the "
     "program, 128+N after signal N, or 255 if `exec` itself failed.",
     "running",
     {{"List the processes as the container sees them:", "oci-rt exec web ps", kRunning},
      {"Run a program as another user:", "oci-rt exec --user 1000:1000 --env LANG=C web id",
       kRunning}}},
    {&cli::kStateSyntax,
     "The status is creating, created, running, paused or stopped.",
     kAll,
     {{"Print the state:", "oci-rt state web", kRunning},
      {"Print only the line with the status:", "oci-rt state web | grep '\"status\"'", kRunning}}},
    {&cli::kKillSyntax,
     "SIGNAL is a name with or without SIG, or a number. Without --signal, the last of several "
     "operands is the signal.",
     kAlive,
     {{"Ask the program to end:", "oci-rt kill web TERM", kRunning},
      {"Kill all processes of the container:", "oci-rt kill --all web KILL", kRunning}}},
    {&cli::kDeleteSyntax,
     "The container has to be stopped, or to wait for `start`. `delete` removes its cgroup, its "
     "mounts "
     "and its record, and runs the poststop hooks. The bundle stays.",
     kAll,
     {{"Delete a stopped container:", "oci-rt delete web", kStopped},
      {"Kill a running container and delete it:", "oci-rt delete --force web", kRunning}}},
    {&cli::kPauseSyntax,
     "The processes use no processor until `resume`, and keep their memory.",
     "running",
     {{"Pause a container:", "oci-rt pause web", kRunning},
      {"Pause a container for a second:", "oci-rt pause web && sleep 1 && oci-rt resume web",
       kRunning}}},
    {&cli::kResumeSyntax,
     "The processes continue where `pause` stopped them.",
     "paused",
     {{"Resume a paused container:", "oci-rt resume web", kPaused},
      {"Resume a container, then ask its program to end:",
       "oci-rt resume web && oci-rt kill web TERM", kPaused}}},
    {&cli::kPsSyntax,
     "The words behind ID are options of ps(1), which prints the table.",
     kAlive,
     {{"List the processes:", "oci-rt ps web", kRunning},
      {"Choose the columns:", "oci-rt ps web -eo pid,args", kRunning}}},
    {&cli::kStatsSyntax,
     "Without an ID, all running containers are listed.",
     kAlive,
     {{"Print the usage of all containers:", "oci-rt stats", kRunning},
      {"Print the usage of one container for a program:", "oci-rt stats --json web", kRunning}}},
    {&cli::kTopSyntax,
     "`q` or an interrupt ends it. If the output is not a terminal, the reports follow one "
     "another.",
     kAlive,
     {{"Print one report of all containers:", "oci-rt top --once", kRunning},
      {"Measure one container for half a second:", "oci-rt top --once --interval 500ms web",
       kRunning}}},
    {&cli::kWaitSyntax,
     "Prints a line `ID CODE` as each container ends, or `ID unknown` if the kernel does not keep "
     "the "
     "code. The exit code is 0 in both cases, and 1 after the time of --timeout.",
     kAlive,
     {{"Kill a container and wait for its end:", "oci-rt kill web KILL && oci-rt wait web",
       kRunning},
      {"Wait for ten seconds at most:", "oci-rt wait --timeout 10s web", kStopped}}},
    {&cli::kUpdateSyntax,
     "Limits that no option names stay as they are.",
     kAlive,
     {{"Limit memory and the number of processes:",
       "oci-rt update --memory 64m --pids-limit 100 web", kRunning},
      {"Read the limits as JSON:",
       "echo '{\"pids\": {\"limit\": 50}}' | oci-rt update --resources - web", kRunning}}},
    {&cli::kMountsSyntax,
     "All mounts of FILE are added or removed, or none. `remove` reads only the destinations.",
     kAlive,
     {{"Show a directory of the host in the container, read-only:",
       "echo '[{\"destination\": \"/srv\", \"source\": \"/srv\", \"options\": [\"rbind\", "
       "\"ro\"]}]' | "
       "oci-rt mounts add web -",
       kRunning},
      {"Remove a mount:", "echo '[{\"destination\": \"/dev/shm\"}]' | oci-rt mounts remove web -",
       kRunning}}},
    {&cli::kEventsSyntax,
     "The output is that of runc, a JSON object on each line.",
     kAlive,
     {{"Print the usage once:", "oci-rt events --stats web", kRunning},
      {"Print the first of the reports of each second:",
       "oci-rt events --interval 1s web | head -n 1", kRunning}}},
    {&cli::kListSyntax,
     "TEMPLATE knows the fields .ID, .PID, .Status, .Bundle, .Created and .Owner.",
     "",
     {{"List the containers as a table:", "oci-rt list", kRunning},
      {"Print the id and the status of each:", "oci-rt list --format '{{.ID}} {{.Status}}'",
       kRunning}}},
    {&cli::kGcSyntax,
     "A living container is never touched. Each line has the reason.",
     "",
     {{"List the leftovers:", "oci-rt gc", kRunning},
      {"Remove them:", "oci-rt gc --remove", kRunning}}},
    {&cli::kSpecSyntax,
     "An existing file is not overwritten. PROGRAM and the options from --rootfs on describe the "
     "container, as for `run`.",
     "",
     {{"Write ./config.json:", "oci-rt spec"},
      {"Write the config of a program in a root filesystem:",
       "oci-rt spec --rootfs ./rootfs --env LANG=C sleep 60"}}},
    {&cli::kCheckSyntax,
     "The exit code is 0 if nothing was found, 1 after warnings, and 2 if `create` or `start` "
     "would "
     "fail.",
     "",
     {{"Check the bundle in ./web:", "oci-rt check ./web"},
      {"Check it for a program:", "oci-rt check --format json ./web"}}},
    {&cli::kPlanSyntax,
     "The plan has the namespaces, mounts, devices, limits and credentials, as numbers and paths.",
     "",
     {{"Print the plan for a bundle as JSON:", "oci-rt plan ./web"},
      {"Print it for people:", "oci-rt plan --format text ./web"}}},
    {&cli::kExplainSyntax,
     "WORD is a code such as E_MOUNT_SOURCE, a property such as linux.resources.cpu.quota, or the "
     "id "
     "of a container.",
     kAll,
     {{"Explain a property of config.json:", "oci-rt explain linux.resources.cpu.quota"},
      {"Explain the code of an error:", "oci-rt explain E_MOUNT_SOURCE"}}},
    {&cli::kSeccompSyntax,
     "An ARGUMENT is a number, or `-` if it is unknown. Without SYSCALL, `explain` sums the "
     "profile "
     "up. `dump` prints the program in the form of the kernel's bpf_asm. `record` runs the "
     "container of a bundle once, and prints a profile that allows the calls of its program and no "
     "others.",
     "",
     {{"Find the rule that decides about a call:", "oci-rt seccomp explain ./seccomp.json mount"},
      {"Record a profile of a program:", "oci-rt seccomp record --output ./new.json ./web -- id"}}},
    {&cli::kFeaturesSyntax,
     "The form is that of features.md of the specification.",
     "",
     {{"Print the features:", "oci-rt features"},
      {"Find the newest version of the specification that is known:",
       "oci-rt features | grep ociVersionMax"}}},
    {&cli::kDoctorSyntax,
     "The exit code is 1 if a line says NO: no container runs on this host.",
     "",
     {{"Look at this host:", "oci-rt doctor"},
      {"The same for a program:", "oci-rt doctor --json"}}},
    {&cli::kInstallSyntax,
     "Writes the configuration of the engine, asks the engine whether it accepts it, and prints "
     "the "
     "next step. After an error all files are as before. `kubernetes` is the engine that kubelet "
     "uses.",
     "",
     {{"Show the change for podman and write nothing:", "oci-rt install --dry-run podman"},
      {"Write the file for Docker below another directory, for a package:",
       "oci-rt install --etc \"$PWD/etc\" --path /usr/bin/oci-rt --no-verify docker"}}},
    {&cli::kUninstallSyntax,
     "Restores the original file. If it was edited since, only the lines that `install` added are "
     "removed.",
     "",
     {{"Show the change for podman and write nothing:", "oci-rt uninstall --dry-run podman"},
      {"Undo an installation below another directory:",
       "oci-rt install --etc \"$PWD/etc\" --path /usr/bin/oci-rt --no-verify docker && oci-rt "
       "uninstall "
       "--etc \"$PWD/etc\" docker"}}},
    {&cli::kCheckpointSyntax,
     "The files are for `restore` on this host, or on another with the same root filesystem. It "
     "needs CRIU, and so does this help.",
     "running",
     {{"Save a container to ./saved and delete it:", "oci-rt checkpoint --image-path ./saved web",
       kRunning},
      {"Save it and let it run on:", "oci-rt checkpoint --leave-running --image-path ./saved web",
       kRunning}}},
    {&cli::kRestoreSyntax,
     "The container has the processes and the memory of the checkpoint. It needs CRIU, and so does "
     "this help.",
     "",
     {{"Restore a container from ./saved and return:",
       "oci-rt checkpoint --image-path ./saved web && oci-rt restore --detach --bundle ./web "
       "--image-path ./saved web",
       kRunning},
      {"Also write the pid of its init process to a file:",
       "oci-rt checkpoint --image-path ./saved web && oci-rt restore --detach --bundle ./web "
       "--image-path ./saved --pid-file ./web.pid web",
       kRunning}}},
};

constexpr Operand kOperands[] = {
    {"ID",
     "the name of a container: letters, digits, `_`, `+`, `-` and `.`, chosen by the caller. "
     "`oci-rt list` "
     "shows all ids"},
    {"DIR",
     "a bundle: a directory with a config.json, and with a root filesystem in the directory that "
     "root.path of the config names"},
    {"PROGRAM",
     "the program to run, and its arguments. Without a slash it is looked for in PATH of the "
     "container"},
    {"FILE", "a JSON file, or `-` for standard input"},
    {"SIGNAL", "a signal such as KILL or 9 (default: TERM)"},
    {"WORD", "a code, a property, or an id"},
    {"PROFILE", "a config.json, or a JSON file with an object such as linux.seccomp"},
    {"SYSCALL", "the name of a system call"},
    {"PS-OPTION", "an option of ps(1) (default: -ef)"},
    {"COMMAND", "one of the commands below"},
};

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || c == '-';
}

// Whether `text` has `word` as a word.
bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end])))
      return true;
  }
  return false;
}

}  // namespace

std::span<const Verb> verbs() {
  return kVerbs;
}

const Verb* find_verb(std::string_view name) {
  const auto found =
      std::ranges::find(kVerbs, name, [](const Verb& verb) { return verb.syntax->command; });
  return found == std::end(kVerbs) ? nullptr : found;
}

std::span<const Operand> all_operands() {
  return kOperands;
}

std::vector<Operand> operands_of(const cli::Syntax& syntax) {
  std::vector<Operand> found;
  std::ranges::copy_if(kOperands, std::back_inserter(found),
                       [&](const Operand& one) { return has_word(syntax.operands, one.word); });
  return found;
}

}  // namespace oci::manual
