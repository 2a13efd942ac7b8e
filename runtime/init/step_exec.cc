// Finds the program early, so that a missing one fails `create`, and executes it at `start`.
#include <elf.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/init/vectors.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEnoent = -2, kEbadf = -9, kEacces = -13, kEisdir = -21, kEnotdir = -20;

long open_program_with(int root, const char* path, uint64_t flags) {
  return path[0] == '/' ? open_in_root(root, path, flags, Links::kFollowInside)
                        : sys(__NR_openat, AT_FDCWD, path, flags | O_CLOEXEC);
}

// To be read, so that check_interpreter() need not open it again, and else as O_PATH. The program
// is opened as its user, in its cgroup, and no open waits for another process.
long open_program(int root, const char* path) {
  constexpr uint64_t kToRead = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  const long file = open_program_with(root, path, kToRead);
  if (file >= 0 || file == kEnoent || file == kEnotdir) return file;
  return open_program_with(root, path, O_PATH);
}

// 0 if this process may execute it, otherwise -errno.
long may_execute(const Fd& file) {
  if (!file.ok()) return file.get();
  FileFacts facts;
  if (const long rc = look(file.get(), facts); rc < 0) return rc;
  if (facts.type == S_IFDIR) return kEisdir;
  if (facts.type != S_IFREG) return kEacces;
  return sys(__NR_faccessat2, file.get(), "", 1 /* X_OK */, AT_EMPTY_PATH | AT_EACCESS);
}

bool exists(int root, const char* path) {
  const Fd file(open_in_root(root, path, O_PATH, Links::kFollowInside));
  return file.get() != kEnoent && file.get() != kEnotdir;
}

// "#!/bin/sh -e" -> "/bin/sh", in place. nullptr: not a script with an absolute interpreter.
char* script_interpreter(char* text, long size) {
  if (size < 3 || text[0] != '#' || text[1] != '!') return nullptr;
  char* begin = text + 2;
  while (*begin == ' ' || *begin == '\t')
    ++begin;
  char* end = begin;
  while (end < text + size && *end != ' ' && *end != '\t' && *end != '\n' && *end != '\0')
    ++end;
  *end = '\0';
  return *begin == '/' ? begin : nullptr;
}

// PT_INTERP, if it lies in the bytes that were read. nullptr: none.
char* elf_interpreter(char* text, long size) {
  Elf64_Ehdr header;
  if (size < long{sizeof header}) return nullptr;
  __builtin_memcpy(&header, text, sizeof header);
  if (__builtin_memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64) {
    return nullptr;
  }
  const auto available = static_cast<uint64_t>(size);
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    const uint64_t at = header.e_phoff + i * sizeof part;
    if (header.e_phoff > available || at + sizeof part > available) return nullptr;
    __builtin_memcpy(&part, text + at, sizeof part);
    if (part.p_type != PT_INTERP) continue;
    if (part.p_offset > available || part.p_filesz == 0 ||
        part.p_filesz > available - part.p_offset) {
      return nullptr;
    }
    text[part.p_offset + part.p_filesz - 1] = '\0';
    return text + part.p_offset;
  }
  return nullptr;
}

// The FileKind of these first bytes. Explains ENOEXEC of execve(2).
int32_t file_kind_of(const char* text, long size) {
  if (size <= 0) return static_cast<int32_t>(wire::FileKind::kEmpty);
  Elf64_Ehdr header;  // e_machine is at the same place in 32 bits
  if (size >= long{sizeof header} && __builtin_memcmp(text, ELFMAG, SELFMAG) == 0) {
    __builtin_memcpy(&header, text, sizeof header);
    const bool big = header.e_ident[EI_DATA] == ELFDATA2MSB;
    const int machine = big ? __builtin_bswap16(header.e_machine) : header.e_machine;
    return static_cast<int32_t>(wire::FileKind::kElf) + machine;
  }
  for (long i = 0; i < size; ++i)
    if (text[i] == '\0') return static_cast<int32_t>(wire::FileKind::kUnknown);
  return static_cast<int32_t>(wire::FileKind::kText);
}

// execve(2) also fails with ENOENT for a missing interpreter, and by then a filter may forbid to
// check. An unreadable program is left to execve(2).
Fault check_interpreter(Context& context, const Fd& file) {
  static char text[1024];
  const long size = sys(__NR_pread64, file.get(), text, sizeof text - 1, 0);
  if (size == kEbadf) return {};  // O_PATH
  context.file_kind = file_kind_of(text, size);
  if (size <= 0) return {};
  text[size] = '\0';
  char* interpreter = script_interpreter(text, size);
  const bool script = interpreter != nullptr;
  if (!script) interpreter = elf_interpreter(text, size);
  if (interpreter == nullptr || interpreter[0] != '/' || exists(context.root_fd, interpreter)) {
    return {};
  }
  Fault fault = refuse(interpreter, Subject::kInterpreter, context.program);
  fault.error = -static_cast<int>(kEnoent);
  fault.value = script ? 0 : 1;
  return fault;
}

// The sixth field of the line if the third is `uid`: passwd(5). Null: no such line.
const char* home_in_line(char* line, uint64_t uid) {
  char* fields[7] = {line};
  int count = 1;
  for (char* at = line; *at != '\0' && count < 7; ++at) {
    if (*at != ':') continue;
    *at = '\0';
    fields[count++] = at + 1;
  }
  if (count < 6 || *fields[2] == '\0') return nullptr;
  uint64_t number = 0;
  for (const char* digit = fields[2]; *digit != '\0'; ++digit) {
    if (*digit < '0' || *digit > '9' || number > UINT32_MAX) return nullptr;
    number = number * 10 + static_cast<uint64_t>(*digit - '0');
  }
  return number == uid && *fields[5] == '/' ? fields[5] : nullptr;
}

// Reads at most 1 MiB, and only of a regular file (CVE-2026-47262: the image controls the file).
// Ignores lines that are too long for the buffer.
const char* home_of(int root, uint32_t uid) {
  static char buffer[4096];
  const Fd file(
      open_in_root(root, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, Links::kFollowInside));
  FileFacts facts;
  if (!file.ok() || look(file.get(), facts) < 0 || facts.type != S_IFREG) return "/";
  const uint64_t filesystem = filesystem_of(file.get());
  if (filesystem == 0 || filesystem == PROC_SUPER_MAGIC) return "/";  // reading some has effects
  size_t held = 0;
  for (int block = 0; block < 512; ++block) {
    const long got = sys(__NR_read, file.get(), buffer + held, sizeof buffer - 1 - held);
    if (got <= 0 && held == 0) return "/";
    const size_t size = held + static_cast<size_t>(got > 0 ? got : 0);
    buffer[size] = got > 0 ? '\0' : '\n';  // the last line may lack its end
    size_t begin = 0;
    for (size_t at = 0; at < size + (got > 0 ? 0 : 1); ++at) {
      if (buffer[at] != '\n') continue;
      buffer[at] = '\0';
      if (const char* home = home_in_line(buffer + begin, uid)) return home;
      begin = at + 1;
    }
    if (got <= 0) return "/";
    held = begin == 0 ? 0 : size - begin;
    __builtin_memmove(buffer, buffer + begin, held);
  }
  return "/";
}

}  // namespace

// config.md#process does not mention HOME. Every runtime sets it, and programs rely on it.
Fault find_home(Context& context) {
  InitPlan& plan = context.plan;
  if (!plan.find_home) return {};
  static char variable[4096];
  const char* end = variable + sizeof variable;
  append(append(variable, end, "HOME="), end, home_of(context.root_fd, plan.uid));
  char** env = relocate(plan, plan.env);
  env[plan.env.count] = variable;
  return {};
}

Fault find_program(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.args.count == 0) return {};
  const char* name = relocate(context.plan, plan.args)[0];
  // execvp(3): takes the first that works. If none does, reports a refusal rather than ENOENT.
  long verdict = kEnoent;
  for (const Text* at = plan.begin(plan.candidates); at != plan.end(plan.candidates); ++at) {
    const Fd file(open_program(context.root_fd, plan.text(*at)));
    const long rc = may_execute(file);
    if (rc >= 0) {
      context.program = plan.text(*at);
      return check_interpreter(context, file);
    }
    if (rc != kEnoent && rc != kEnotdir) verdict = rc;
  }
  return check(verdict, Subject::kProgram, name);
}

// The program inherits only these descriptors besides 0, 1 and 2. The gate is closed here, because
// execve(2) closes files in no certain order. A reader that has seen the end of the verdict must
// not find the gate still open, which would mean "created".
Fault arrange_descriptors(Context& context) {
  sys(__NR_close, context.plan.gate_fd);
  const InitPlan& plan = context.plan;
  for (const int32_t* fd = plan.begin(plan.preserved); fd != plan.end(plan.preserved); ++fd)
    sys(__NR_fcntl, *fd, 2 /* F_SETFD */, 0);
  if (plan.file_limit.meanwhile != 0) {
    const long rc =
        sys(__NR_prlimit64, 0, 7 /* RLIMIT_NOFILE */, &plan.file_limit /* soft, hard */, nullptr);
    if (Fault fault = check(rc, Subject::kNone, "process.rlimits")) return fault;
  }
  // Without this, `start` could not tell a running program from a killed init.
  wire::Message message;
  message.type = wire::Type::kSettled;
  return tell(context.report_fd, message);
}

Fault execute(Context& context) {
  InitPlan& plan = context.plan;
  char** args = relocate(plan, plan.args);
  if (Fault fault = verify_filter(context)) return fault;
  const long rc = sys(__NR_execve, context.program, args, relocate(plan, plan.env));
  Fault fault = check(rc, Subject::kProgram, args[0]);
  fault.value = context.file_kind;
  return fault;
}

}  // namespace oci::init
