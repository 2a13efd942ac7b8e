// The messages between the parent and the container's init before execve.
//
// A message is one SOCK_SEQPACKET packet with this fixed layout, so that init can build it on its
// stack. Both ends come from one build, so there is no version and no byte order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace oci::wire {

// clang-format off
enum class Type : uint8_t {
  // init asks     and waits for
  kStaged = 1,     kPlaced,     // value: init's pid; its id maps are written in between
  kMountsReady,    kHooksDone,  // prestart and createRuntime hooks run in between
  kReady,          kProceed,    // rlimits are set and the record is durable in between;
                                // kProceed carries `value` struct sock_filter behind the message
                                // and `admits` and `tells_mode`
  // init tells
  kConsole,        // the pty master as SCM_RIGHTS; text: the name of its slave
  kSettled,        // privileges are given up; `create` may return
  kWarning,        // text: a sentence for the log
  kFailed,
};
// clang-format on

// The object of a failed step.
enum class Subject : uint8_t {
  kNone,
  kNamespace,
  kRoot,
  kMountSource,
  kMountTarget,
  kMountOptions,
  kDevice,  // index kNoIndex: a default device
  kSysctl,
  kMaskedPath,
  kReadonlyPath,
  kConsole,
  kCreateContainerHook,
  kStartContainerHook,
  kUser,
  kCapabilities,
  kCwd,
  kProgram,
  kInterpreter,  // the interpreter that the program needs
  kSeccomp,
  kApparmor,
  kSelinux,
  kPersonality,
  kMemoryPolicy,
};

// Its property in config.json. "[]": with the index of the message.
inline constexpr const char* kProperties[] = {
    "",                          // kNone
    "linux.namespaces[]",        // kNamespace
    "root.path",                 // kRoot
    "mounts[].source",           // kMountSource
    "mounts[].destination",      // kMountTarget
    "mounts[].options",          // kMountOptions
    "linux.devices[]",           // kDevice
    "linux.sysctl",              // kSysctl
    "linux.maskedPaths[]",       // kMaskedPath
    "linux.readonlyPaths[]",     // kReadonlyPath
    "process.terminal",          // kConsole
    "hooks.createContainer[]",   // kCreateContainerHook
    "hooks.startContainer[]",    // kStartContainerHook
    "process.user",              // kUser
    "process.capabilities",      // kCapabilities
    "process.cwd",               // kCwd
    "process.args[0]",           // kProgram
    "process.args[0]",           // kInterpreter
    "linux.seccomp",             // kSeccomp
    "process.apparmorProfile",   // kApparmor
    "process.selinuxLabel",      // kSelinux
    "linux.personality.domain",  // kPersonality
    "linux.memoryPolicy",        // kMemoryPolicy
};
static_assert(sizeof kProperties / sizeof *kProperties ==
              static_cast<unsigned>(Subject::kMemoryPolicy) + 1);

inline constexpr uint16_t kNoIndex = 0xffff;

// kFailed with kProgram and ENOEXEC, in `value`: the kind of the file. For an ELF file, its
// e_machine is added.
enum class FileKind : int32_t { kUnknown, kEmpty, kText, kElf };

struct Message {
  Type type{};
  Subject subject{};
  uint8_t admits = 0;         // kProceed: 1: the filter allows all calls that init has left
  uint8_t tells_mode = 0;     // kProceed: 1: the filter lets prctl(PR_GET_SECCOMP) through
  uint16_t index = kNoIndex;  // kFailed: the index for `subject`
  uint16_t length = 0;        // length of text
  int32_t sys_errno = 0;      // kFailed; a hook that ran and failed: 0, and `value` its wait status
                              // kInterpreter: `value` 0: of a script, 1: of an ELF file
  int32_t value = 0;
  uint8_t tells_time = 0;  // kProceed: 1: the filter lets clock_gettime(2) through
  // kFailed: the name of the step, '\n', its object, '\n', the kernel's explanation. Cut to fit.
  char text[495] = {};
};

// The commands of the start gate, one byte each.
inline constexpr char kGo = '\0';   // execute the program
inline constexpr char kShow = 's';  // an unprivileged caller is going to join: become dumpable
inline constexpr char kHide = 'h';  // it has joined: become undumpable again

static_assert(sizeof(Message) == 512, "one packet, and below PIPE_BUF for the verdict fifo");

}  // namespace oci::wire
