// manual: writes, for the build, the texts that are made of the tables. It is not installed.
#include <fcntl.h>

#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "runtime/cli/globals.h"
#include "runtime/cli/output.h"
#include "runtime/manual/completion.h"
#include "runtime/manual/man.h"
#include "runtime/manual/reference.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/unique_fd.h"

namespace oci::manual {
namespace {

// A line for each example: the verb, the state that it needs, the command.
std::string examples() {
  constexpr std::string_view kStates[] = {"bundle", "created", "running", "paused", "stopped"};
  std::string out;
  for (const Verb& verb : verbs()) {
    for (const Example& example : verb.examples) {
      out += cat(verb.syntax->command, "\t", kStates[static_cast<size_t>(example.needs)], "\t",
                 example.command, "\n");
    }
  }
  return out;
}

std::map<std::string, std::string> files() {
  std::map<std::string, std::string> texts;
  texts["oci-rt.8"] = program_page(cli::kGlobalSyntax);
  texts["oci-rt.json.5"] = config_page();
  for (const Verb& verb : verbs())
    texts[cat("oci-rt-", verb.syntax->command, ".8")] = verb_page(verb);
  texts["oci-rt"] = bash_completion(cli::kGlobalSyntax);
  texts["_oci-rt"] = zsh_completion(cli::kGlobalSyntax);
  texts["oci-rt.fish"] = fish_completion(cli::kGlobalSyntax);
  return texts;
}

// Writes the file that each path names. All files have to be named: a new verb has a page.
Status write_files(std::span<const char* const> paths) {
  std::map<std::string, std::string> texts = files();
  for (const char* const path : paths) {
    const std::string_view whole = path;
    const auto text = texts.find(std::string(whole.substr(whole.rfind('/') + 1)));
    if (text == texts.end()) return Error(ErrorKind::kUsage, cat("manual: no file ", whole));
    const sys::UniqueFd file(::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    OCI_TRY(sys::write_all(file.get(), text->second, whole));
    texts.erase(text);
  }
  if (texts.empty()) return {};
  return Error(ErrorKind::kUsage,
               cat("runtime/manual/meson.build does not list ", texts.begin()->first));
}

Status write(std::span<const char* const> words) {
  const std::string_view kind = words.size() > 1 ? words[1] : "";
  if (kind == "examples") return cli::print(examples());
  if (kind == "reference") return cli::print(reference_page(cli::kGlobalSyntax));
  if (kind == "files") return write_files(words.subspan(2));
  return Error(ErrorKind::kUsage, cat("manual: there is no text '", kind, "'"));
}

}  // namespace
}  // namespace oci::manual

int main(int argc, char** argv) {
  const oci::Status done = oci::manual::write({argv, static_cast<size_t>(argc)});
  if (done) return 0;
  oci::sys::log_failure(done.error());
  return 1;
}
