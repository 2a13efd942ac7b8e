// The lower bound of a benchmark: it makes the system calls that a container cannot do without, and
// no others.
//
//   floor [--root DIR] run|create --bundle DIR [--pid-file FILE] ID
//   floor [--root DIR] start|state|delete ID; floor exec ID PROGRAM...; floor list; floor calls
//
// floor_image.py translates config.json into BUNDLE/floor.bin beforehand: lists of system calls
// with their arguments. It is no runtime: it trusts the root filesystem, and a failed call ends it
// with the number of the call.
#include "conformance/bench/floor_kernel.h"

namespace {

struct Call {
  uint32_t call;  // index in kCalls
  uint32_t may_fail;
  uint64_t args[6];
};

struct Hook {
  uint64_t path, argv;
};

// The head of floor.bin. Lists are offsets that relocation has turned into pointers.
struct Image {
  uint64_t magic, relocations, relocation_count;
  Call *before, *setup, *enter, *confine, *after, *find, *join;
  Hook *created_hooks, *stopped_hooks;
  uint64_t clone_args, exec_clone_args, joined_namespaces, program, argv, envp;
};
constexpr uint64_t kMagic = 0x3172306f6c46;

struct Text {
  char bytes[512];
  long length = 0;
  Text& add(const char* more) {
    while (*more != 0 && length < 511)
      bytes[length++] = *more++;
    bytes[length] = 0;
    return *this;
  }
  Text& add(long number) {
    char digits[24];
    int count = 0;
    do
      digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0 && length < 511)
      bytes[length++] = digits[--count];
    bytes[length] = 0;
    return *this;
  }
};

[[noreturn]] void fail(const char* where, long index, long result) {
  Text text;
  text.add("floor: ").add(where).add(" ").add(index).add(": errno ").add(-result).add("\n");
  sys(__NR_write, 2, text.bytes, text.length);
  sys(__NR_exit_group, 1);
  __builtin_unreachable();
}

long must(long result, const char* where) {
  if (result < 0) fail(where, 0, result);
  return result;
}

bool equal(const char* one, const char* other) {
  while (*one != 0 && *one == *other)
    one++, other++;
  return *one == *other;
}

const char* state_root = "/run/floor";
const char* bundle = ".";
const char* pid_file = nullptr;
const char* id = nullptr;
char** environment;
alignas(4096) char buffer[1 << 20];
Image& image = *reinterpret_cast<Image*>(buffer);

void load() {
  Text path;
  path.add(bundle).add("/floor.bin");
  const long file = must(sys(__NR_openat, kHere, path.bytes, kReadOnly, 0), "floor.bin");
  must(sys(__NR_read, file, buffer, sizeof buffer), "read floor.bin");
  sys(__NR_close, file);
  if (image.magic != kMagic) fail("floor.bin", 0, 0);
  const auto* offsets = reinterpret_cast<uint32_t*>(buffer + image.relocations);
  for (uint64_t at = 0; at < image.relocation_count; at++)
    *reinterpret_cast<uint64_t*>(buffer + offsets[at]) += reinterpret_cast<uint64_t>(buffer);
}

// A removed process keeps its cgroup busy for an instant.
long remove_cgroup(const uint64_t* args) {
  long result;
  const long pause[2] = {0, 100000};
  for (int tries = 0;
       (result = sys(__NR_unlinkat, args[0], args[1], args[2])) == -kBusy && tries < 10000; tries++)
    sys(__NR_nanosleep, pause, 0);
  return result;
}

void perform(const Call* call, const char* list) {
  long result = 0;
  for (long index = 0; call->call != kEndOfList; call++, index++) {
    const uint64_t* args = call->args;
    if (call->call == kStore) {
      *reinterpret_cast<uint32_t*>(args[0]) = static_cast<uint32_t>(result);
      continue;
    }
    result = call->call == kRemoveCgroup ? remove_cgroup(args)
                                         : sys(kCalls[call->call].number, args[0], args[1], args[2],
                                               args[3], args[4], args[5]);
    if (result < 0 && call->may_fail == 0) fail(list, index, result);
  }
}

void run_hooks(const Hook* hook) {
  for (; hook->path != 0; hook++) {
    const long pid = spawn(hook->path, hook->argv, environment);
    int status = 0;
    must(sys(__NR_wait4, must(pid, "hook"), &status, 0, 0), "wait for hook");
    if (status != 0) fail("hook", status, 0);
  }
}

Text state_path(const char* suffix) {
  Text path;
  path.add(state_root).add("/").add(id).add(suffix);
  return path;
}

void write_file(const char* path, const Text& text) {
  const long file = must(sys(__NR_openat, kHere, path, kWriteNew, 0600), "open to write");
  must(sys(__NR_write, file, text.bytes, text.length), "write");
  sys(__NR_close, file);
}

// The state of a container: "PID BUNDLE".
long read_state(char (&text)[512]) {
  const Text path = state_path("");
  const long file = must(sys(__NR_openat, kHere, path.bytes, kReadOnly, 0), "state file");
  const long length = must(sys(__NR_read, file, text, sizeof text - 1), "read state");
  sys(__NR_close, file);
  text[length] = 0;
  long pid = 0;
  const char* at = text;
  for (; *at >= '0' && *at <= '9'; at++)
    pid = pid * 10 + (*at - '0');
  bundle = at + 1;
  return pid;
}

// The start time in this file would tell a reused pid. Reading it costs the same.
bool alive(long pid) {
  Text path;
  path.add("/proc/").add(pid).add("/stat");
  const long file = sys(__NR_openat, kHere, path.bytes, kReadOnly, 0);
  if (file < 0) return false;
  char text[512];
  const long length = sys(__NR_read, file, text, sizeof text);
  sys(__NR_close, file);
  long at = length;
  while (at > 0 && text[at - 1] != ')')
    at--;
  return at > 0 && at + 1 < length && text[at + 1] != 'Z' && text[at + 1] != 'X';
}

[[noreturn]] void init(int hooks_done, int ready) {
  perform(image.setup, "setup");
  char byte;
  if (hooks_done >= 0) sys(__NR_read, hooks_done, &byte, 1);
  // Before the pivot, since the state root is on the host.
  long root = -1;
  if (ready >= 0)
    root = must(sys(__NR_openat, kHere, state_root, kPathOnly | kDirectory, 0), "state root");
  perform(image.enter, "enter");
  if (ready >= 0) {
    sys(__NR_close, ready);  // tells `create` that the container is there
    Text gate;
    must(sys(__NR_openat, root, gate.add(id).add(".gate").bytes, kWriteOnly, 0), "wait for start");
  }
  perform(image.confine, "confine");
  fail("execve", 0, sys(__NR_execve, image.program, image.argv, image.envp));
}

int wait_for(long pid) {
  int status = 0;
  must(sys(__NR_wait4, pid, &status, 0, 0), "wait");
  return (status & 0x7f) != 0 ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

void forget() {
  sys(__NR_unlinkat, kHere, state_path("").bytes, 0);
  perform(image.after, "after");
  run_hooks(image.stopped_hooks);
}

int create(bool run) {
  load();
  sys(__NR_mkdirat, kHere, state_root, 0700);
  int hooks_done[2] = {-1, -1}, ready[2] = {-1, -1};
  if (!run) {
    must(sys(__NR_mknodat, kHere, state_path(".gate").bytes, kFifo | 0600, 0), "gate");
    must(sys(__NR_pipe2, ready, kCloseOnExec), "pipe");
  }
  if (image.created_hooks->path != 0) must(sys(__NR_pipe2, hooks_done, kCloseOnExec), "pipe");
  perform(image.before, "before");
  const long pid = must(sys(__NR_clone3, image.clone_args, kCloneArgsSize), "clone3");
  if (pid == 0) init(hooks_done[0], ready[1]);
  Text state;
  write_file(state_path("").bytes, state.add(pid).add(" ").add(bundle));
  if (hooks_done[0] >= 0) {
    run_hooks(image.created_hooks);
    sys(__NR_write, hooks_done[1], "", 1);
  }
  if (run) {
    const int code = wait_for(pid);
    forget();
    return code;
  }
  char byte;
  sys(__NR_close, ready[1]);
  sys(__NR_read, ready[0], &byte, 1);
  if (!alive(pid)) return 1;
  Text number;
  if (pid_file != nullptr) write_file(pid_file, number.add(pid));
  return 0;
}

// Opening the gate lets init go on. The end of file tells of its execve.
int start() {
  const Text gate = state_path(".gate");
  const long file = must(sys(__NR_openat, kHere, gate.bytes, kReadOnly, 0), "gate");
  char byte;
  sys(__NR_read, file, &byte, 1);
  sys(__NR_unlinkat, kHere, gate.bytes, 0);
  return 0;
}

int remove(bool force) {
  char text[512];
  const long pid = read_state(text);
  if (alive(pid)) {
    if (!force) return 1;
    struct {
      int fd;
      short events, found;
    } end = {static_cast<int>(must(sys(__NR_pidfd_open, pid, 0), "pidfd_open")), 1, 0};
    sys(__NR_pidfd_send_signal, end.fd, 9, 0, 0);
    sys(__NR_ppoll, &end, 1, 0, 0, 0);
  }
  load();
  sys(__NR_unlinkat, kHere, state_path(".gate").bytes, 0);
  forget();
  return 0;
}

void describe(Text& out) {
  char text[512];
  const long pid = read_state(text);
  const bool there = alive(pid);
  out.add("{\"ociVersion\": \"1.0.2\", \"id\": \"")
      .add(id)
      .add("\", \"pid\": ")
      .add(there ? pid : 0);
  out.add(there ? ", \"status\": \"running\"" : ", \"status\": \"stopped\"");
  out.add(", \"bundle\": \"").add(bundle).add("\"}\n");
}

int state() {
  Text out;
  describe(out);
  sys(__NR_write, 1, out.bytes, out.length);
  return 0;
}

struct Entry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[1];
};

int list() {
  constexpr long kEntries = sizeof buffer / 4;
  char* const out = buffer + kEntries;
  long filled = 0, length;
  const long directory =
      must(sys(__NR_openat, kHere, state_root, kReadOnly | kDirectory, 0), "state root");
  while ((length = must(sys(__NR_getdents64, directory, buffer, kEntries), "getdents64")) > 0) {
    for (long at = 0; at < length;) {
      auto* entry = reinterpret_cast<Entry*>(buffer + at);
      at += entry->length;
      if (entry->type != kRegular) continue;
      id = entry->name;
      Text line;
      describe(line);
      if (filled + line.length > static_cast<long>(sizeof buffer) - kEntries) {
        sys(__NR_write, 1, out, filled);
        filled = 0;
      }
      for (long byte = 0; byte < line.length; byte++)
        out[filled++] = line.bytes[byte];
    }
  }
  sys(__NR_write, 1, out, filled);
  return 0;
}

int execute(char** argv) {
  char text[512];
  const long pid = read_state(text);
  load();
  const long container = must(sys(__NR_pidfd_open, pid, 0), "pidfd_open");
  perform(image.find, "find");
  must(sys(__NR_setns, container, kNewPid), "setns");
  const long child = must(sys(__NR_clone3, image.exec_clone_args, kCloneArgsSize), "clone3");
  if (child == 0) {
    must(sys(__NR_setns, container, image.joined_namespaces), "setns");
    perform(image.join, "join");
    fail("execve", 0, sys(__NR_execve, argv[0], argv, image.envp));
  }
  return wait_for(child);
}

int calls() {
  for (const KernelCall& call : kCalls) {
    Text line;
    line.add(call.name).add("\n");
    sys(__NR_write, 1, line.bytes, line.length);
  }
  return 0;
}

int dispatch(char** argv) {
  const char* verb = nullptr;
  bool force = false;
  for (argv++; *argv != nullptr && id == nullptr; argv++) {
    if (equal(*argv, "--root")) {
      state_root = *++argv;
    } else if (equal(*argv, "--bundle")) {
      bundle = *++argv;
    } else if (equal(*argv, "--pid-file")) {
      pid_file = *++argv;
    } else if (equal(*argv, "--force")) {
      force = true;
    } else if (verb == nullptr) {
      verb = *argv;
    } else {
      id = *argv;
    }
  }
  if (verb == nullptr) return 2;
  if (equal(verb, "calls")) return calls();
  if (equal(verb, "list")) return list();
  if (id == nullptr) return 2;
  if (equal(verb, "run")) return create(true);
  if (equal(verb, "create")) return create(false);
  if (equal(verb, "start")) return start();
  if (equal(verb, "state")) return state();
  if (equal(verb, "delete")) return remove(force);
  if (equal(verb, "exec")) return execute(argv);
  return 2;
}

}  // namespace

extern "C" [[noreturn]] void floor_main(long* stack) {
  char** argv = reinterpret_cast<char**>(stack + 1);
  environment = argv + *stack + 1;
  sys(__NR_exit_group, dispatch(argv));
  __builtin_unreachable();
}

// The kernel enters with argc and argv on the stack.
#if defined(__x86_64__)
__asm__(
    ".globl _start\n_start:\n endbr64\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call "
    "floor_main\n ud2\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n mov x29, #0\n mov x0, sp\n bl floor_main\n brk #0\n");
#endif
