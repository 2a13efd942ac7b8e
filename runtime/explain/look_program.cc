// The program, as execve(2) would find it. Init has its own code for the same checks
// (runtime/init/step_exec.cc), because it has no C library; the sentences are shared.
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "runtime/explain/look.h"
#include "runtime/launch/failure.h"
#include "runtime/plan/environment.h"
#include "runtime/wire/message.h"
#include "spec/code_of.h"

namespace oci::explain {
namespace {

using wire::FileKind;
using wire::Subject;

// The report that init would send.
Error reported(Subject subject, int error, std::string_view what, std::string_view note = "",
               int32_t value = 0) {
  wire::Message message;
  message.type = wire::Type::kFailed;
  message.subject = subject;
  message.sys_errno = error;
  message.value = value;
  const std::string text = cat("find program\n", what, "\n", note);
  message.length = static_cast<uint16_t>(std::min(text.size(), sizeof message.text));
  std::memcpy(message.text, text.data(), message.length);
  return launch::init_failure(message);
}

bool has_capability(const spec::Process& process, std::string_view name) {
  return process.capabilities && std::ranges::find(process.capabilities->effective, name) !=
                                     process.capabilities->effective.end();
}

bool has_user_namespace(const spec::Config& config) {
  return std::ranges::any_of(config.linux->namespaces, [](const spec::Namespace& ns) {
    return ns.type == spec::NamespaceType::kUser;
  });
}

// Whether the mode lets the user of the process execute it. With a user namespace, the owners of
// the files are others.
bool is_executable(const spec::Config& config, const struct stat& facts) {
  if ((facts.st_mode & 0111) == 0) return false;
  const spec::Process& process = *config.process;
  const spec::User& user = process.user;
  if (user.uid == 0 || has_user_namespace(config) || has_capability(process, "CAP_DAC_OVERRIDE"))
    return true;
  if (facts.st_uid == user.uid) return (facts.st_mode & S_IXUSR) != 0;
  const auto& groups = user.additional_gids;
  const bool in_group =
      facts.st_gid == user.gid || std::ranges::find(groups, facts.st_gid) != groups.end();
  return (facts.st_mode & (in_group ? S_IXGRP : S_IXOTH)) != 0;
}

// binfmt_misc may run files of any kind: Documentation/admin-guide/binfmt-misc.rst.
bool has_more_formats() {
  DIR* const dir = ::opendir("/proc/sys/fs/binfmt_misc");
  if (dir == nullptr) return false;
  bool found = false;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string_view name = entry->d_name;
    found = found || (name != "." && name != ".." && name != "register" && name != "status");
  }
  ::closedir(dir);
  return found;
}

struct Head {
  std::vector<char> bytes;

  bool is_elf() const {
    return bytes.size() >= sizeof(Elf64_Ehdr) && std::memcmp(bytes.data(), ELFMAG, SELFMAG) == 0;
  }
  int machine() const {
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    const bool big = header.e_ident[EI_DATA] == ELFDATA2MSB;
    return big ? __builtin_bswap16(header.e_machine) : header.e_machine;
  }
};

std::optional<Head> read_head(int path_fd) {
  const sys::UniqueFd file(
      ::open(cat("/proc/self/fd/", path_fd).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return std::nullopt;
  Head head;
  head.bytes.resize(1023);
  const ssize_t size = ::pread(file.get(), head.bytes.data(), head.bytes.size(), 0);
  if (size < 0) return std::nullopt;
  head.bytes.resize(static_cast<size_t>(size));
  return head;
}

// "#!/bin/sh -e": "/bin/sh".
std::string script_interpreter(const Head& head) {
  const std::string_view text(head.bytes.data(), head.bytes.size());
  if (!text.starts_with("#!")) return "";
  std::string_view line = text.substr(2, text.find('\n') - std::min<size_t>(2, text.size()));
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return std::string(line.substr(0, line.find_first_of(" \t\n")));
}

std::string elf_loader(const Head& head) {
  if (!head.is_elf() || head.bytes[EI_CLASS] != ELFCLASS64) return "";
  Elf64_Ehdr header;
  std::memcpy(&header, head.bytes.data(), sizeof header);
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    const uint64_t at = header.e_phoff + i * sizeof part;
    if (header.e_phoff > head.bytes.size() || at + sizeof part > head.bytes.size()) return "";
    std::memcpy(&part, head.bytes.data() + at, sizeof part);
    if (part.p_type != PT_INTERP) continue;
    const uint64_t available = head.bytes.size();
    if (part.p_offset > available || part.p_filesz < 2 || part.p_filesz > available - part.p_offset)
      return "";
    return {head.bytes.data() + part.p_offset, part.p_filesz - 1};
  }
  return "";
}

bool runs_machine(int machine) {
#if defined(__x86_64__)
  return machine == EM_X86_64 || machine == EM_386;
#elif defined(__aarch64__)
  return machine == EM_AARCH64 || machine == EM_ARM;
#else
  (void)machine;
  return true;
#endif
}

// The FileKind of a file that no loader of the kernel takes. Nothing: one does.
std::optional<int32_t> refused_kind(const Head& head) {
  const std::string_view text(head.bytes.data(), head.bytes.size());
  if (text.empty()) return static_cast<int32_t>(FileKind::kEmpty);
  if (text.starts_with("#!")) return std::nullopt;
  if (head.is_elf()) {
    if (runs_machine(head.machine())) return std::nullopt;
    return static_cast<int32_t>(FileKind::kElf) + head.machine();
  }
  const bool binary = text.find('\0') != text.npos;
  return static_cast<int32_t>(binary ? FileKind::kUnknown : FileKind::kText);
}

std::optional<Error> problem_of_file(const std::string& path, int fd, const RootView& root) {
  const std::optional<Head> head = read_head(fd);
  if (!head) return std::nullopt;  // execve(2) may be allowed what this caller is not
  if (const std::optional<int32_t> kind = refused_kind(*head)) {
    if (*kind != static_cast<int32_t>(FileKind::kEmpty) && has_more_formats()) return std::nullopt;
    return reported(Subject::kProgram, ENOEXEC, path, "", *kind);
  }
  const std::string script = script_interpreter(*head);
  const std::string needed = script.empty() ? elf_loader(*head) : script;
  if (!needed.starts_with('/') || root.open(needed) || root.is_covered(needed)) return std::nullopt;
  return reported(Subject::kInterpreter, ENOENT, path, needed, script.empty() ? 1 : 0);
}

struct Verdict {
  bool known = true;  // false: a mount hides the place
  int error = 0;
  std::string path;
  sys::UniqueFd file;
};

Verdict judge(const spec::Config& config, const std::string& path, const RootView& root) {
  Verdict verdict;
  verdict.path = path;
  if (root.is_covered(path)) {
    verdict.known = false;
    return verdict;
  }
  verdict.file = root.open(path);
  struct stat facts = {};
  if (!verdict.file || ::fstat(verdict.file.get(), &facts) != 0) {
    verdict.error = errno;
  } else if (S_ISDIR(facts.st_mode)) {
    verdict.error = EISDIR;
  } else if (!S_ISREG(facts.st_mode) || !is_executable(config, facts)) {
    verdict.error = EACCES;
  }
  return verdict;
}

// As execvp(3): the first that works, otherwise a refusal rather than ENOENT.
std::optional<Error> problem_of_program(const spec::Config& config, const RootView& root) {
  const spec::Process& process = *config.process;
  std::optional<std::string_view> search;
  for (const std::string& entry : process.env)
    if (entry.starts_with("PATH=")) search = std::string_view(entry).substr(5);
  const std::string& name = process.args.front();
  int error = ENOENT;
  for (const std::string& path :
       plan::program_candidates(name, search ? &*search : nullptr, process.cwd)) {
    const Verdict verdict = judge(config, path, root);
    if (!verdict.known) return std::nullopt;
    if (verdict.error == 0) return problem_of_file(path, verdict.file.get(), root);
    if (verdict.error != ENOENT && verdict.error != ENOTDIR) error = verdict.error;
  }
  return reported(Subject::kProgram, error, name);
}

}  // namespace

void look_at_program(const spec::Config& config, const RootView& root,
                     spec::Diagnostics& problems) {
  if (!config.process) return;
  const spec::Process& process = *config.process;
  if (!process.args.empty() && !process.args.front().empty()) {
    if (const std::optional<Error> problem = problem_of_program(config, root)) {
      problems.add("process.args[0]", problem->message(), code_of(*problem));
    }
  }
  // A directory that is missing is made.
  if (!process.cwd.starts_with('/') || root.is_covered(process.cwd)) return;
  struct stat facts = {};
  const sys::UniqueFd cwd = root.open(process.cwd);
  if (cwd && ::fstat(cwd.get(), &facts) == 0 && !S_ISDIR(facts.st_mode)) {
    add_error(reported(Subject::kCwd, ENOTDIR, process.cwd), problems);
  }
}

}  // namespace oci::explain
