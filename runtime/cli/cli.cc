#include "runtime/cli/cli.h"

#include <algorithm>
#include <array>

#include "runtime/cli/command.h"
#include "runtime/cli/globals.h"
#include "runtime/cli/other_program.h"
#include "runtime/cli/output.h"
#include "runtime/cli/version.h"
#include "runtime/sys/log.h"
#include "runtime/sys/trace.h"

namespace oci::cli {
namespace {

using Words = std::span<const char* const>;

std::string general_help() {
  const size_t width = output_width();
  std::string text = help_text(kGlobalSyntax, width);
  text += "\nCommands:\n";
  size_t widest = 0;
  for (const Command* command : commands()) {
    widest = std::max(widest, command->syntax.command.size());
  }
  for (const Command* command : commands()) {
    const Syntax& syntax = command->syntax;
    text += cat("  ", syntax.command, std::string(widest - syntax.command.size() + 2, ' '),
                wrapped(syntax.summary, widest + 4, width), "\n");
  }
  text += '\n';
  for (const std::string_view line :
       {"`oci-rt COMMAND --help` shows the options of a command, with examples.",
        "`oci-rt spec` writes a config.json to start from.",
        "`run` and `exec` exit with the program's exit code, or with 128+N after signal N.",
        "If oci-rt itself fails, the exit code is 1, for `exec` 255."})
    text += cat(wrapped(line, 0, width), "\n");
  return text;
}

Result<int> answer(std::string_view text) {
  OCI_TRY(print(text));
  return 0;
}

Result<int> show_help(const Command& command) {
  if (command.available != nullptr) OCI_TRY(command.available());
  const std::string verb(command.syntax.command);
  if (command.may_lack) return command.become({}, std::to_array({verb.c_str(), "--help"}));
  // That program shows the same with examples. Where it is missing, the options are help enough.
  (void)become(kHelpProgram, {}, std::to_array({verb.c_str()}));
  return answer(help_text(command.syntax, output_width()));
}

Result<int> show_help(Words topic) {
  if (topic.empty()) return answer(general_help());
  return show_help(*OCI_TRY(find_command(topic.front())));
}

void name_traced(const Syntax& syntax, const Arguments& arguments) {
  if (!sys::tracing()) return;
  std::string name = program_name(syntax);
  // "add|remove ID FILE": up to the id.
  const std::string_view before = syntax.operands.substr(0, syntax.operands.find("ID"));
  const bool has_id = before.size() != syntax.operands.size();
  const size_t count = has_id ? 1 + static_cast<size_t>(std::ranges::count(before, ' ')) : 0;
  for (size_t i = 0; i < std::min(count, arguments.operands.size()); ++i)
    name += cat(" ", arguments.operands[i]);
  sys::name_process(0, name);
}

Result<int> run_verb(const Arguments& globals, Words words, int& failure_code) {
  const std::string_view verb = words.front();
  if (verb == "help") return show_help(words.subspan(1));
  const Command* const command = OCI_TRY(find_command(verb));
  Result<Arguments> parsed =
      parse_arguments(command->syntax, words.subspan(1), kGlobalSyntax.options);
  const bool wants_help = parsed && parsed.value().help;
  if (command->become != nullptr && !wants_help) return command->become(globals, words);
  if (!parsed && command->available != nullptr) OCI_TRY(command->available());
  const Arguments arguments = OCI_TRY(std::move(parsed));
  if (arguments.help) return show_help(*command);
  if (command->for_tools != nullptr && command->for_tools(arguments)) {
    failure_code = command->failure_code;
    return become(kTools, globals, words);
  }
  const sys::Span span(command->syntax.command);
  const lifecycle::Context context = OCI_TRY(lifecycle_context(globals, read_environment()));
  if (command->syntax.operands.starts_with("ID") && !arguments.operands.empty()) {
    sys::failure_facts().id = arguments.operands.front();
  }
  name_traced(command->syntax, arguments);
  Result<int> code = command->run(context, arguments);
  if (!code) failure_code = command->failure_code;
  return code;
}

// For a command line with a bad option: opens the log that the options before it name.
void open_log_of(Words words) {
  for (size_t count = words.size(); count-- > 0;) {
    const Result<Arguments> before = parse_arguments(kGlobalSyntax, words.first(count), {});
    if (!before) continue;
    const Result<sys::LogOptions> log = log_options(before.value());
    if (log) (void)sys::open_log(log.value());
    return;
  }
}

}  // namespace

Result<int> execute(std::span<const char* const> argv, int& failure_code) {
  const Words words = argv.subspan(std::min<size_t>(1, argv.size()));
  Result<Arguments> parsed = parse_arguments(kGlobalSyntax, words, {});
  if (!parsed) {
    open_log_of(words);
    return std::move(parsed).error();
  }
  const Arguments globals = std::move(parsed).value();
  if (globals.help) return answer(general_help());
  if (globals.flag("version")) return answer(version_text(argv.front()));
  const sys::LogOptions log = OCI_TRY(log_options(globals));
  OCI_TRY(sys::open_log(log));
  OCI_TRY(open_trace(globals));
  if (globals.operands.empty()) {
    return Error(
        ErrorKind::kUsage,
        "a command is missing; `oci-rt run DIR` runs a bundle, `oci-rt --help` lists the commands");
  }
  return run_verb(globals, words.last(globals.operands.size()), failure_code);
}

int run_command_line(std::span<const char* const> argv) {
  int failure_code = 1;
  const Result<int> code = execute(argv, failure_code);
  // The spans of a container that runs are worth less than its exit code.
  if (const Status traced = sys::write_trace(); !traced) {
    sys::log_warning(traced.error().message());
  }
  if (!code) {
    sys::log_failure(code.error());
    return failure_code;
  }
  sys::log_success();
  return code.value();
}

}  // namespace oci::cli
