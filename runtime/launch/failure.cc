#include "runtime/launch/failure.h"

#include <elf.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/sys/log.h"
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
  Subject subject;
  std::string property;  // "": it has none
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

Error target_failure(const Report& report) {
  const bool misfit = report.error == ENOTDIR || report.error == EISDIR || report.error == ELOOP;
  return Error(misfit ? ErrorKind::kInvalidConfig : ErrorKind::kSystem,
               {report.property, report.what}, target_problem(report));
}

Error mount_failure(const Report& report) {
  const Subject part = report.subject;
  const Property with_value = {report.property, report.what};
  if (part == Subject::kMountTarget && report.error != 0) return target_failure(report);
  if (!report.note.empty()) return Error(ErrorKind::kInvalidConfig, with_value, report.note);
  if (report.error == ENODEV) {
    return Error(ErrorKind::kInvalidConfig, Property{cat("mounts[", report.index, "].type")},
                 cat("the kernel has no filesystem '", report.what, "'"));
  }
  if (part == Subject::kMountSource && report.error == ENOENT) {
    return Error(ErrorKind::kInvalidConfig, Property{report.property},
                 cat("'", report.what, "' does not exist on the host"));
  }
  if (part == Subject::kMountOptions && report.error == ENOENT) {
    return Error(ErrorKind::kInvalidConfig, with_value, "the host does not have this path");
  }
  if (part == Subject::kMountSource && report.error == EINVAL) {
    return Error(ErrorKind::kInvalidConfig, Property{report.property},
                 cat("'", report.what,
                     "' cannot be bound: it was deleted, or is unbindable, or needs rbind for "
                     "mounts below it that a user namespace may not uncover"));
  }
  return Error(ErrorKind::kSystem, with_value, reason_of(report.error));
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
        return Error(ErrorKind::kProgram,
                     cat(exec, "stat ", report.what, ": no such file or directory"));
      }
      return Error(ErrorKind::kProgram, cat(exec, "executable file not found in $PATH"));
    case EISDIR:
      return Error(ErrorKind::kProgram, cat(exec, "is a directory: permission denied"));
    case EACCES:
    case EPERM:
      return Error(ErrorKind::kProgram, cat(exec, "permission denied"));
    case ENOEXEC:
      return Error(ErrorKind::kProgram, cat(exec, "exec format error: ", format_failure(report)));
    default:
      return Error(ErrorKind::kProgram, cat(exec, reason_of(report.error)));
  }
}

Error interpreter_failure(const Report& report) {
  const std::string exec = cat("exec: \"", report.what, "\": ");
  constexpr std::string_view kMissing = ": no such file or directory";
  if (report.note.ends_with('\r')) {
    return Error(ErrorKind::kProgram,
                 cat(exec, "its first line ends in a carriage return, as on Windows", kMissing));
  }
  const std::string_view kind = report.value == 0 ? "its interpreter \"" : "its ELF loader \"";
  return Error(ErrorKind::kProgram,
               cat(exec, kind, report.note, "\" is not in the rootfs", kMissing));
}

Error hook_failure(const Report& report) {
  const std::string_view kind =
      report.subject == Subject::kStartContainerHook ? "startContainer" : "createContainer";
  std::string text = cat("error running ", kind, " hook #", report.index, ": ", report.what, ": ");
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
  return Error(ErrorKind::kHook, Property{report.property}, std::move(text));
}

// The text of crun: podman and Docker derive exit codes from the words of the C library.
Error cwd_failure(const Report& report) {
  const auto said = [&report](std::string_view problem) {
    return Error(ErrorKind::kSystem, Property{report.property},
                 cat("chdir to `", report.what, "`: ", problem));
  };
  switch (report.error) {
    case ENOENT:
      return said("No such file or directory");
    case ENOTDIR:
      return said("Not a directory");
    case EACCES:
    case EPERM:
      return said("Permission denied");
    case EROFS:
      return said(kMissingInReadOnly);
    default:
      return said(report.note.empty() ? reason_of(report.error) : report.note);
  }
}

// A note is complete in itself. An errno needs the name of the step.
std::string plain_problem(const Report& report) {
  return report.note.empty() ? cat(report.step, ": ", reason_of(report.error)) : report.note;
}

Error plain_failure(const Report& report) {
  if (!report.property.empty())
    return Error(ErrorKind::kSystem, {report.property, report.what}, plain_problem(report));
  const std::string why = report.note.empty() ? reason_of(report.error) : report.note;
  return Error(ErrorKind::kSystem,
               cat("container init: ", report.step, ": ", report.what, ": ", why));
}

Error sysctl_failure(const Report& report) {
  const Property where = {spec::child_path(report.property, report.what)};
  switch (report.error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return Error(ErrorKind::kInvalidConfig, where,
                   "no such sysctl; correct its name, or load its kernel module");
    case EACCES:
    case EPERM:
      return Error(ErrorKind::kUnsupported, where, "the kernel does not let a container set it");
    default:
      return Error(
          ErrorKind::kInvalidConfig, where,
          cat("the kernel rejects the value '", report.note, "' (", reason_of(report.error), ")"));
  }
}

Error namespace_failure(const Report& report) {
  const bool makes = report.what == "clone" && (report.error == ENOSPC || report.error == EPERM);
  return makes ? namespaces_refused(report.error) : plain_failure(report);
}

Error device_failure(const Report& report) {
  const std::string problem = report.error == EPERM
                                  ? "the kernel does not permit it; a parent cgroup may deny the "
                                    "device, see bpftool cgroup tree"
                                  : plain_problem(report);
  if (report.index == wire::kNoIndex)
    return Error(ErrorKind::kSystem, cat("default device ('", report.what, "'): ", problem));
  return Error(ErrorKind::kSystem, {report.property, report.what}, problem);
}

}  // namespace

std::string property_of(Subject subject, uint16_t index) {
  const auto number = static_cast<size_t>(subject);
  if (number >= std::size(wire::kProperties)) return "";
  const std::string_view path = wire::kProperties[number];
  const size_t at = path.find("[]");
  if (at == path.npos) return std::string(path);
  if (index == wire::kNoIndex) return cat(path.substr(0, at), path.substr(at + 2));
  return cat(path.substr(0, at), "[", index, "]", path.substr(at + 2));
}

std::string message_text(const wire::Message& message) {
  return {message.text, std::min<size_t>(message.length, sizeof message.text)};
}

Error namespaces_refused(int error) {
  const Property namespaces = {"linux.namespaces"};
  if (error == ENOSPC) {
    return Error(ErrorKind::kUnsupported, namespaces,
                 "the host's limit is reached; see sysctl user.max_*_namespaces");
  }
  return Error(ErrorKind::kUnsupported, namespaces,
               "this caller may not create them; run as root, or add one of type "
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
  report.subject = message.subject;
  report.property = property_of(message.subject, message.index);
  report.index = message.index;
  report.error = message.sys_errno;
  report.value = message.value;
  switch (message.subject) {
    case Subject::kMountSource:
    case Subject::kMountTarget:
    case Subject::kMountOptions:
      return mount_failure(report);
    case Subject::kProgram:
      return program_failure(report);
    case Subject::kInterpreter:
      return interpreter_failure(report);
    case Subject::kCreateContainerHook:
    case Subject::kStartContainerHook:
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
      return plain_failure(report);
  }
}

Error noted_failure(const wire::Message& message) {
  const std::string all = message_text(message);
  std::string_view rest = all;
  sys::failure_facts().step = take_line(rest);
  sys::failure_facts().error = message.sys_errno;
  return init_failure(message);
}

}  // namespace oci::launch
