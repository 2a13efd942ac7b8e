// What the parent and the container's init say to each other before execve.
//
// One message is one SOCK_SEQPACKET packet of this fixed layout, so that init can build it on its
// stack. Both ends are built together: there is no version and no byte order to agree on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace oci::sync {

// clang-format off
enum class Type : uint8_t {
  // init asks     and waits for
  kStaged = 1,     kPlaced,     // value: init's pid; its id maps are written in between
  kMountsReady,    kHooksDone,  // prestart and createRuntime hooks run in between
  kReady,          kProceed,    // rlimits are set and the record is durable in between;
                                // kProceed carries `value` struct sock_filter behind the message
                                // and `admits`
  // init tells
  kConsole,        // the pty master as SCM_RIGHTS; text: the name of its slave
  kSettled,        // privileges are given up; `create` may return
  kWarning,        // text: a sentence for the log
  kFailed,
};
// clang-format on

// What a failed step was working on, so that the parent can name the property of config.json.
enum class Subject : uint8_t {
  kNone,
  kNamespace,     // linux.namespaces[index]
  kRoot,          // root.path
  kMountSource,   // mounts[index].source
  kMountTarget,   // mounts[index].destination
  kMountOptions,  // mounts[index].options
  kDevice,        // linux.devices[index]; index kNoIndex: a default device
  kSysctl,        // linux.sysctl
  kMaskedPath,    // linux.maskedPaths[index]
  kReadonlyPath,  // linux.readonlyPaths[index]
  kConsole,       // process.terminal
  kHook,          // hooks.createContainer[index] or hooks.startContainer[index], by step
  kUser,          // process.user
  kCapabilities,  // process.capabilities
  kCwd,           // process.cwd
  kProgram,       // process.args[0]
  kInterpreter,   // what process.args[0] needs to run
  kSeccomp,       // linux.seccomp
  kApparmor,      // process.apparmorProfile
  kSelinux,       // process.selinuxLabel
  kPersonality,   // linux.personality
  kMemoryPolicy,  // linux.memoryPolicy
};

inline constexpr uint16_t kNoIndex = 0xffff;

// kFailed with kProgram and ENOEXEC, in `value`: what the file is. Of an ELF file, its e_machine is
// added.
enum class Nature : int32_t { kUnknown, kEmpty, kText, kElf };

struct Message {
  Type type{};
  uint8_t step = 0;  // kFailed: which step of init, an index into kStepNames
  Subject subject{};
  uint8_t admits = 0;         // kProceed: 1: the filter lets all calls through that init has left
  uint16_t index = kNoIndex;  // kFailed: of `subject`
  uint16_t length = 0;        // of text
  int32_t sys_errno = 0;      // kFailed; a hook that ran and failed: 0, and `value` its wait status
                              // kInterpreter: `value` 0: of a script, 1: of an ELF file
  int32_t value = 0;
  // kFailed: what the step was working on, then optionally '\n' and the kernel's explanation.
  // Cut to fit.
  char text[496] = {};
};

// The words of the start gate, a byte each.
inline constexpr char kGo = '\0';   // execute the program
inline constexpr char kShow = 's';  // an ordinary user is going to join: be dumpable
inline constexpr char kHide = 'h';  // they have: be no more

static_assert(sizeof(Message) == 512, "one packet, and below PIPE_BUF for the verdict fifo");

}  // namespace oci::sync
