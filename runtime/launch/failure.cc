#include "runtime/launch/failure.h"

#include <elf.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "spec/diagnostics.h"

namespace oci::launch {
namespace {

using wire::Subject;

constexpr std::string_view kMissingInReadOnly =
    "it is missing in a read-only root filesystem, or in a read-only mount";

struct Report {
  std::string step;
  std::string what;
  std::string note;
  uint16_t index;
  int error;
  int value;
};

std::string take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string element(std::string_view list, uint16_t index) {
  if (index == wire::kNoIndex) return std::string(list);
  return cat(list, "[", index, "]");
}

Error text_error(ErrorKind kind, std::string text) {
  return Error(kind, std::move(text));
}

// Docker searches for "is a directory" first, then for "not a directory", to give its advice.
std::string target_problem(const Report& report) {
  switch (report.error) {
    case EACCES:
      return "access is denied: root of the container may not reach it or make it in a rootfs of "
             "another user";
    case ENOENT:
      return "it is missing, and cannot be made there";
    case EROFS:
      return std::string(kMissingInReadOnly);
    case ENOTDIR:
      if (!report.note.empty()) return cat("not a directory, as its source '", report.note, "' is");
      return "a part of the path is a file, and not a directory";
    case EISDIR:
      return cat("a directory, and its source '", report.note, "' is a file, not a directory");
    case ELOOP:
      return "it has more than 40 symbolic links, a loop of them, or one that leads through procfs";
    default:
      return reason_of(report.error);
  }
}

Error target_failure(const Report& report, const std::string& where) {
  const bool misfit = report.error == ENOTDIR || report.error == EISDIR || report.error == ELOOP;
  return text_error(misfit ? ErrorKind::kInvalidConfig : ErrorKind::kSystem,
                    cat(where, " ('", report.what, "'): ", target_problem(report)));
}

// "mounts[2] (/data): ..."
Error mount_failure(const Report& report, std::string_view field) {
  const std::string where = cat(element("mounts", report.index), field);
  if (field == ".destination" && report.error != 0) return target_failure(report, where);
  if (!report.note.empty()) {
    return text_error(ErrorKind::kInvalidConfig,
                      cat(where, " ('", report.what, "'): ", report.note));
  }
  if (report.error == ENODEV) {
    return text_error(ErrorKind::kInvalidConfig,
                      cat(element("mounts", report.index), ".type: the kernel has no filesystem '",
                          report.what, "'"));
  }
  if (field == ".source" && report.error == ENOENT) {
    return text_error(ErrorKind::kInvalidConfig,
                      cat(where, ": '", report.what, "' does not exist on the host"));
  }
  if (field == ".options" && report.error == ENOENT) {
    return text_error(ErrorKind::kInvalidConfig,
                      cat(where, " ('", report.what, "'): the host does not have this path"));
  }
  if (field == ".source" && report.error == EINVAL) {
    return text_error(ErrorKind::kInvalidConfig,
                      cat(where, ": '", report.what,
                          "' cannot be bound: it was deleted, or is unbindable, or needs rbind for "
                          "mounts below it "
                          "that a user namespace may not uncover"));
  }
  return text_error(ErrorKind::kSystem,
                    cat(where, " ('", report.what, "'): ", reason_of(report.error)));
}

// Names for e_machine of <elf.h>, for common build targets.
std::string_view machine_name(int machine) {
  switch (machine) {
    case EM_386:
      return "i386";
    case EM_X86_64:
      return "x86_64";
    case EM_ARM:
      return "arm";
    case EM_AARCH64:
      return "aarch64";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390x";
    case EM_RISCV:
      return "riscv64";
    case EM_LOONGARCH:
      return "loongarch64";
    default:
      return "another machine";
  }
}

// Details for ENOEXEC of execve(2).
std::string format_failure(const Report& report) {
  constexpr auto kElf = static_cast<int32_t>(wire::FileKind::kElf);
  if (report.value >= kElf) {
    return cat("a program for ", machine_name(report.value - kElf),
               ", which this host does not run");
  }
  switch (static_cast<wire::FileKind>(report.value)) {
    case wire::FileKind::kEmpty:
      return "the file is empty";
    case wire::FileKind::kText:
      return "not a program; a script begins with #! and its interpreter";
    default:
      return "neither a program for this machine nor a script that begins with #!";
  }
}

Error program_failure(const Report& report) {
  const std::string exec = cat("exec: \"", report.what, "\": ");
  const bool is_path = report.what.find('/') != std::string::npos;
  switch (report.error) {
    case ENOENT:
    case ENOTDIR:
      if (is_path) {
        return text_error(ErrorKind::kProgram,
                          cat(exec, "stat ", report.what, ": no such file or directory"));
      }
      return text_error(ErrorKind::kProgram, cat(exec, "executable file not found in $PATH"));
    case EISDIR:
      return text_error(ErrorKind::kProgram, cat(exec, "is a directory: permission denied"));
    case EACCES:
    case EPERM:
      return text_error(ErrorKind::kProgram, cat(exec, "permission denied"));
    case ENOEXEC:
      return text_error(ErrorKind::kProgram,
                        cat(exec, "exec format error: ", format_failure(report)));
    default:
      return text_error(ErrorKind::kProgram, cat(exec, reason_of(report.error)));
  }
}

Error interpreter_failure(const Report& report) {
  const std::string exec = cat("exec: \"", report.what, "\": ");
  constexpr std::string_view kMissing = ": no such file or directory";
  if (report.note.ends_with('\r')) {
    return text_error(
        ErrorKind::kProgram,
        cat(exec, "its first line ends in a carriage return, as on Windows", kMissing));
  }
  const std::string_view kind = report.value == 0 ? "its interpreter \"" : "its ELF loader \"";
  return text_error(ErrorKind::kProgram,
                    cat(exec, kind, report.note, "\" is not in the rootfs", kMissing));
}

Error hook_failure(const Report& report) {
  const std::string kind = report.step.find("startContainer") != std::string::npos
                               ? "startContainer"
                               : "createContainer";
  std::string text = cat("hooks.", kind, "[", report.index, "]: error running ", kind, " hook #",
                         report.index, ": ", report.what, ": ");
  if (report.error != 0) {
    text += reason_of(report.error);
  } else if (report.value == 0) {
    text += report.note;
  } else if (WIFSIGNALED(report.value)) {
    text += cat("killed by signal ", WTERMSIG(report.value));
  } else {
    text += cat("exit status ", WEXITSTATUS(report.value));
  }
  if (report.error == 0 && report.value != 0 && !report.note.empty()) {
    text += cat(", output: ", report.note);
  }
  return text_error(ErrorKind::kHook, std::move(text));
}

// The text of crun: podman and Docker derive exit codes from the words of the C library.
Error cwd_failure(const Report& report) {
  const std::string chdir = cat("process.cwd: chdir to `", report.what, "`: ");
  switch (report.error) {
    case ENOENT:
      return text_error(ErrorKind::kSystem, cat(chdir, "No such file or directory"));
    case ENOTDIR:
      return text_error(ErrorKind::kSystem, cat(chdir, "Not a directory"));
    case EACCES:
    case EPERM:
      return text_error(ErrorKind::kSystem, cat(chdir, "Permission denied"));
    case EROFS:
      return text_error(ErrorKind::kSystem, cat(chdir, kMissingInReadOnly));
    default:
      return text_error(ErrorKind::kSystem,
                        cat(chdir, report.note.empty() ? reason_of(report.error) : report.note));
  }
}

Error plain_failure(const Report& report, const std::string& property) {
  const std::string why = report.note.empty() ? reason_of(report.error) : report.note;
  // A note is complete in itself. An errno needs the name of the step.
  const std::string tried = report.note.empty() ? cat(report.step, ": ") : "";
  if (!property.empty()) {
    return text_error(ErrorKind::kSystem, cat(property, " ('", report.what, "'): ", tried, why));
  }
  return text_error(ErrorKind::kSystem,
                    cat("container init: ", report.step, ": ", report.what, ": ", why));
}

std::string property_of(Subject subject, uint16_t index) {
  switch (subject) {
    case Subject::kNamespace:
      return element("linux.namespaces", index);
    case Subject::kRoot:
      return "root.path";
    case Subject::kDevice:
      return index == wire::kNoIndex ? "default device" : element("linux.devices", index);
    case Subject::kMaskedPath:
      return element("linux.maskedPaths", index);
    case Subject::kReadonlyPath:
      return element("linux.readonlyPaths", index);
    case Subject::kConsole:
      return "process.terminal";
    case Subject::kUser:
      return "process.user";
    case Subject::kCapabilities:
      return "process.capabilities";
    case Subject::kSeccomp:
      return "linux.seccomp";
    case Subject::kApparmor:
      return "process.apparmorProfile";
    case Subject::kSelinux:
      return "process.selinuxLabel";
    case Subject::kPersonality:
      return "linux.personality.domain";
    case Subject::kMemoryPolicy:
      return "linux.memoryPolicy";
    default:
      return "";
  }
}

Error sysctl_failure(const Report& report) {
  const std::string where = spec::child_path("linux.sysctl", report.what);
  switch (report.error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return text_error(
          ErrorKind::kInvalidConfig,
          cat(where, ": no such sysctl; correct its name, or load its kernel module"));
    case EACCES:
    case EPERM:
      return text_error(ErrorKind::kUnsupported,
                        cat(where, ": the kernel does not let a container set it"));
    default:
      return text_error(ErrorKind::kInvalidConfig,
                        cat(where, ": the kernel rejects the value '", report.note, "' (",
                            reason_of(report.error), ")"));
  }
}

Error namespace_failure(const Report& report) {
  const bool makes = report.what == "clone" && (report.error == ENOSPC || report.error == EPERM);
  if (makes) return namespaces_refused(report.error);
  return plain_failure(report, property_of(Subject::kNamespace, report.index));
}

Error device_failure(const Report& report) {
  const std::string property = property_of(Subject::kDevice, report.index);
  if (report.error != EPERM) return plain_failure(report, property);
  return text_error(ErrorKind::kSystem, cat(property, " ('", report.what,
                                            "'): the kernel does not permit it; a parent cgroup "
                                            "may deny the device, see bpftool cgroup tree"));
}

}  // namespace

std::string message_text(const wire::Message& message) {
  return {message.text, std::min<size_t>(message.length, sizeof message.text)};
}

Error namespaces_refused(int error) {
  if (error == ENOSPC) {
    return Error(ErrorKind::kUnsupported,
                 "linux.namespaces: the host's limit is reached; see sysctl user.max_*_namespaces");
  }
  return Error(ErrorKind::kUnsupported,
               "linux.namespaces: this caller may not create them; run as root, or add one of type "
               "user (sysctl kernel.unprivileged_userns_clone)");
}

Error no_more_processes(bool limit_of_container) {
  if (limit_of_container) {
    return Error(ErrorKind::kUnsupported,
                 "cannot set pids limit: container could not join or create cgroup: the limit on "
                 "processes is reached");
  }
  return Error(ErrorKind::kUnsupported,
               "the host's limit on processes is reached; see RLIMIT_NPROC, kernel.pid_max and "
               "kernel.threads-max");
}

Error init_failure(const wire::Message& message) {
  const std::string all = message_text(message);
  std::string_view rest = all;
  Report report;
  report.step = take_line(rest);
  report.what = take_line(rest);
  report.note = std::string(rest);
  while (!report.note.empty() && report.note.back() == '\n')
    report.note.pop_back();
  report.index = message.index;
  report.error = message.sys_errno;
  report.value = message.value;
  switch (message.subject) {
    case Subject::kMountSource:
      return mount_failure(report, ".source");
    case Subject::kMountTarget:
      return mount_failure(report, ".destination");
    case Subject::kMountOptions:
      return mount_failure(report, ".options");
    case Subject::kProgram:
      return program_failure(report);
    case Subject::kInterpreter:
      return interpreter_failure(report);
    case Subject::kHook:
      return hook_failure(report);
    case Subject::kCwd:
      return cwd_failure(report);
    case Subject::kNamespace:
      return namespace_failure(report);
    case Subject::kDevice:
      return device_failure(report);
    case Subject::kSysctl:
      return sysctl_failure(report);
    default:
      return plain_failure(report, property_of(message.subject, message.index));
  }
}

}  // namespace oci::launch
