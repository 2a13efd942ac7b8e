#include "runtime/cgroup/device_program.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/sys/unique_fd.h"

namespace oci::cgroup {
namespace {

using spec::DeviceRule;
using spec::DeviceType;

constexpr uint8_t kAnyAccess = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;

// Jump offsets have 16 bits, and no rule needs more than 5 instructions.
constexpr size_t kMaxProgram = std::numeric_limits<int16_t>::max();

// A rule that can match. kAll and absent numbers match everything.
struct Match {
  bool allow = false;
  DeviceType type{};
  std::optional<uint32_t> major;
  std::optional<uint32_t> minor;
  uint8_t access = 0;

  bool is_whole() const { return access == kAnyAccess; }
};

struct Decision {
  std::vector<Match> matches;  // the first match decides
  bool otherwise = false;
};

uint8_t access_bits(std::string_view letters) {
  uint8_t bits = 0;
  for (const char letter : letters) {
    if (letter == 'r') bits |= BPF_DEVCG_ACC_READ;
    if (letter == 'w') bits |= BPF_DEVCG_ACC_WRITE;
    if (letter == 'm') bits |= BPF_DEVCG_ACC_MKNOD;
  }
  return bits;
}

// false: no device has this number.
bool read_number(const std::optional<int64_t>& from, std::optional<uint32_t>& to) {
  if (!from || *from == -1) return true;
  to = static_cast<uint32_t>(*from);
  return *from >= 0 && *from <= std::numeric_limits<uint32_t>::max();
}

// Sorting neighbours with the same verdict keeps the result, and lets them share comparisons.
auto order(const Match& one) {
  const int type = one.type == DeviceType::kChar ? 0 : one.type == DeviceType::kBlock ? 1 : 2;
  return std::tuple(type, !one.major, one.major, !one.minor, one.minor, !one.is_whole());
}

void sort_runs(std::vector<Match>& matches) {
  for (auto begin = matches.begin(); begin != matches.end();) {
    const auto end =
        std::find_if(begin, matches.end(), [&](const Match& m) { return m.allow != begin->allow; });
    std::stable_sort(begin, end,
                     [](const Match& a, const Match& b) { return order(a) < order(b); });
    begin = end;
  }
}

Decision decide(std::span<const DeviceRule> rules) {
  Decision out;
  for (size_t i = rules.size(); i-- > 0;) {
    const DeviceRule& rule = rules[i];
    Match match{rule.allow, rule.type, {}, {}, access_bits(rule.access)};
    if (rule.type == DeviceType::kFifo || match.access == 0) continue;
    if (!read_number(rule.major, match.major) || !read_number(rule.minor, match.minor)) continue;
    if (rule.type == DeviceType::kAll && !match.major && !match.minor && match.is_whole()) {
      out.otherwise = rule.allow;
      break;
    }
    out.matches.push_back(match);
  }
  while (!out.matches.empty() && out.matches.back().allow == out.otherwise) {
    out.matches.pop_back();
  }
  sort_runs(out.matches);
  return out;
}

constexpr uint8_t kMove = BPF_ALU | BPF_MOV | BPF_K;

enum Register : uint8_t { kVerdict = 0, kContext = 1, kType = 2, kAccess = 3, kMajor, kMinor };

class Writer {
 public:
  std::vector<bpf_insn> program(const Decision& decision) && {
    load();
    each_group(decision.matches, &Match::type, [&](auto group) { return type_group(group); });
    if (decision.otherwise) {
      land(to_allow_);
      exit();
      if (to_deny_.empty()) return std::move(out_);
    }
    land(to_deny_);
    write(kMove, kVerdict, 0);
    if (!decision.otherwise) land(to_allow_);
    exit();
    return std::move(out_);
  }

 private:
  using Group = std::span<const Match>;

  // Whether rules after the group can still match.
  enum class After { kMore, kNothing };

  // Returns the index of the instruction. `code`: see <linux/bpf.h>.
  size_t write(uint8_t code, Register to = kVerdict, uint32_t operand = 0, size_t offset = 0) {
    bpf_insn one{};
    one.code = code;
    one.dst_reg = to & 0xfU;
    one.src_reg = BPF_CLASS(code) == BPF_LDX ? kContext & 0xfU : 0U;
    one.off = static_cast<int16_t>(offset);
    one.imm = static_cast<int32_t>(operand);
    out_.push_back(one);
    return out_.size() - 1;
  }

  void exit() { write(BPF_JMP | BPF_EXIT); }

  void load() {
    constexpr bool kLittle = std::endian::native == std::endian::little;
    constexpr uint8_t kHalf = BPF_LDX | BPF_MEM | BPF_H;
    constexpr uint8_t kWord = BPF_LDX | BPF_MEM | BPF_W;
    write(kHalf, kType, 0, kLittle ? 0 : 2);  // access_type: access << 16 | type
    write(kHalf, kAccess, 0, kLittle ? 2 : 0);
    write(kWord, kMajor, 0, offsetof(bpf_cgroup_dev_ctx, major));
    write(kWord, kMinor, 0, offsetof(bpf_cgroup_dev_ctx, minor));
    write(kMove, kVerdict, 1);
  }

  size_t jump(uint8_t operation, Register what, uint32_t value) {
    return write(static_cast<uint8_t>(BPF_JMP32 | operation | BPF_K), what, value);
  }

  std::vector<size_t>& verdict(const Match& match) { return match.allow ? to_allow_ : to_deny_; }

  // Points the jumps in `from` at the next instruction.
  void land(const std::vector<size_t>& from) {
    for (const size_t at : from) {
      out_[at].off = static_cast<int16_t>(out_.size() - at - 1);
    }
  }

  // Calls `write_group` for each run with the same `key`. Stops when no later rule can match.
  template <class Key, class Write>
  After each_group(Group all, Key key, Write write_group) {
    for (size_t begin = 0; begin < all.size();) {
      size_t end = begin + 1;
      while (end < all.size() && all[end].*key == all[begin].*key) {
        ++end;
      }
      if (write_group(all.subspan(begin, end - begin)) == After::kNothing) return After::kNothing;
      begin = end;
    }
    return After::kMore;
  }

  After type_group(Group group) {
    const auto majors = [&] {
      return each_group(group, &Match::major, [&](auto some) { return major_group(some); });
    };
    const Match& first = group.front();
    if (first.type == DeviceType::kAll) return majors();
    const uint32_t type =
        first.type == DeviceType::kChar ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK;
    if (!first.major && !first.minor && first.is_whole()) {
      verdict(first).push_back(jump(BPF_JEQ, kType, type));
      return After::kMore;
    }
    const size_t other = jump(BPF_JNE, kType, type);
    majors();
    land({other});
    return After::kMore;
  }

  After major_group(Group group) {
    const Match& first = group.front();
    if (!first.major) return minors(group);
    if (!first.minor && first.is_whole()) {
      verdict(first).push_back(jump(BPF_JEQ, kMajor, *first.major));
      return After::kMore;
    }
    const size_t other = jump(BPF_JNE, kMajor, *first.major);
    minors(group);
    land({other});
    return After::kMore;
  }

  After minors(Group group) {
    for (const Match& match : group) {
      if (!match.is_whole()) {
        partly(match);
      } else if (match.minor) {
        verdict(match).push_back(jump(BPF_JEQ, kMinor, *match.minor));
      } else {
        verdict(match).push_back(write(BPF_JMP | BPF_JA));
        return After::kNothing;  // the verifier rejects unreachable code
      }
    }
    return After::kMore;
  }

  // Clears the access bits that the rule allows. Later rules decide the remaining bits.
  void partly(const Match& match) {
    std::vector<size_t> other;
    if (match.minor) other.push_back(jump(BPF_JNE, kMinor, *match.minor));
    if (match.allow) {
      write(BPF_ALU | BPF_AND | BPF_K, kAccess, kAnyAccess & ~uint32_t{match.access});
      to_allow_.push_back(jump(BPF_JEQ, kAccess, 0));
    } else {
      to_deny_.push_back(jump(BPF_JSET, kAccess, match.access));
    }
    land(other);
  }

  std::vector<bpf_insn> out_;
  std::vector<size_t> to_allow_;
  std::vector<size_t> to_deny_;
};

int bpf(bpf_cmd command, bpf_attr& attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

uint64_t address(const void* data) {
  return reinterpret_cast<uintptr_t>(data);
}

bpf_attr load_attributes(std::span<const bpf_insn> program) {
  static constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);  // the kernel requires zeroed padding
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = address(program.data());
  attributes.insn_cnt = static_cast<uint32_t>(program.size());
  attributes.license = address(kLicense);
  return attributes;
}

// The last line of the verifier's log about the program.
std::string verifier_message(std::span<const bpf_insn> program) {
  constexpr uint32_t kLogSize = 16384;
  std::string log(kLogSize, '\0');
  bpf_attr attributes = load_attributes(program);
  attributes.log_buf = address(log.data());
  attributes.log_size = kLogSize;
  attributes.log_level = 1;
  const sys::UniqueFd loaded(bpf(BPF_PROG_LOAD, attributes));
  std::string_view text(log.c_str());
  while (!text.empty()) {
    const size_t start = text.substr(0, text.size() - 1).rfind('\n');
    const std::string_view line = text.substr(start == text.npos ? 0 : start + 1);
    if (line.size() > 1 && !line.starts_with("processed ")) {
      return std::string(line.substr(0, std::min<size_t>(line.find('\n'), 100)));
    }
    text = start == text.npos ? "" : text.substr(0, start + 1);
  }
  return "no reason given";
}

}  // namespace

std::span<const DeviceRule> default_device_rules() {
  static const std::array<DeviceRule, 10> rules = {{
      {true, DeviceType::kAll, {}, {}, "m"},
      {true, DeviceType::kChar, 1, 3, "rwm"},    // null
      {true, DeviceType::kChar, 1, 5, "rwm"},    // zero
      {true, DeviceType::kChar, 1, 7, "rwm"},    // full
      {true, DeviceType::kChar, 1, 8, "rwm"},    // random
      {true, DeviceType::kChar, 1, 9, "rwm"},    // urandom
      {true, DeviceType::kChar, 5, 0, "rwm"},    // tty
      {true, DeviceType::kChar, 5, 1, "rwm"},    // console
      {true, DeviceType::kChar, 5, 2, "rwm"},    // ptmx
      {true, DeviceType::kChar, 136, {}, "rwm"}  // pts/*
  }};
  return rules;
}

bool allows_all_devices(std::span<const spec::DeviceRule> rules) {
  const Decision decision = decide(rules);
  return decision.otherwise && decision.matches.empty();
}

std::vector<bpf_insn> device_program(std::span<const DeviceRule> rules) {
  if (rules.empty()) return {};
  return Writer().program(decide(rules));
}

Status attach_device_program(int cgroup_fd, std::span<const bpf_insn> program) {
  if (program.size() > kMaxProgram) {
    return Error(ErrorKind::kUnsupported, Property{"linux.resources.devices"}, "too many rules");
  }
  bpf_attr load = load_attributes(program);
  const sys::UniqueFd loaded(bpf(BPF_PROG_LOAD, load));
  if (!loaded) {
    const int err = errno;
    if (err == EPERM) return Error::system(err, "load the device program");
    return Error::system(err, Property{"linux.resources.devices"},
                         cat("load the device program: ", verifier_message(program)));
  }
  bpf_attr attach;
  std::memset(&attach, 0, sizeof attach);
  attach.target_fd = static_cast<uint32_t>(cgroup_fd);
  attach.attach_bpf_fd = static_cast<uint32_t>(loaded.get());
  attach.attach_type = BPF_CGROUP_DEVICE;
  attach.attach_flags = BPF_F_ALLOW_MULTI;
  if (bpf(BPF_PROG_ATTACH, attach) < 0) {
    return Error::system(errno, Property{"linux.resources.devices"}, "attach the device program");
  }
  return {};
}

}  // namespace oci::cgroup
