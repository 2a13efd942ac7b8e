#include "runtime/seccomp/emit.h"

#include <cstddef>

#include "runtime/seccomp/assembler.h"
#include "runtime/seccomp/conditions.h"

namespace oci::seccomp {
namespace {

constexpr uint32_t kBadArchitecture = SECCOMP_RET_KILL_THREAD;
constexpr uint32_t kNoCall = 0xffffffff;  // -1: a tracer sets this to skip a call
constexpr size_t kExpectedSize = 1024;

// The result for a range of numbers: an action, or the conditions of one call.
struct Answer {
  uint32_t action = 0;
  const Call* call = nullptr;

  friend bool operator==(const Answer&, const Answer&) = default;
};

// From `start` to the start of the next one, except for one number.
struct Stretch {
  uint32_t start = 0;
  Answer answer;
  bool has_exception = false;
  uint32_t exception = 0;
  Answer exceptional;
};

class Stretches {
 public:
  void from(uint32_t start, Answer answer) {
    if (!all_.empty() && all_.back().start == start) all_.pop_back();
    if (all_.empty() || all_.back().answer != answer) all_.push_back({start, answer});
  }

  // A single number between two ranges with the same answer needs one comparison for equality
  // instead of two for order: A x A becomes A, except x.
  std::vector<Stretch> folded() && {
    size_t kept = 0;
    for (size_t i = 0; i < all_.size(); ++i) {
      Stretch one = all_[i];
      if (i + 2 < all_.size() && all_[i + 2].answer == one.answer &&
          all_[i + 2].start == all_[i + 1].start + 1) {
        one.has_exception = true;
        one.exception = all_[i + 1].start;
        one.exceptional = all_[i + 1].answer;
        i += 2;
      }
      all_[kept++] = one;
    }
    all_.resize(kept);
    return std::move(all_);
  }

 private:
  std::vector<Stretch> all_;
};

class Emitter {
 public:
  explicit Emitter(const Answers& answers) : answers_(answers), out_(kExpectedSize) {}

  std::vector<sock_filter> program(std::span<const AbiPlan> plans) && {
    std::vector<Section> sections;
    for (const AbiPlan& plan : plans) {
      if (!is_covered(plan, plans)) sections.push_back({plan.abi->audit, 0});
    }
    for (size_t i = sections.size(); i-- > 0;) {
      sections[i].start = section(sections[i].audit, plans);
    }
    Label check = out_.ret(kBadArchitecture);
    for (size_t i = sections.size(); i-- > 0;) {
      check = out_.branch(BPF_JEQ, sections[i].audit, sections[i].start, check);
    }
    const Label first = out_.load(offsetof(seccomp_data, arch), kAll, check);
    return std::move(out_).finish(first);
  }

 private:
  struct Section {
    uint32_t audit = 0;
    Label start = 0;
  };

  // Whether an earlier plan has the same seccomp_data.arch: x86_64 and x32.
  static bool is_covered(const AbiPlan& plan, std::span<const AbiPlan> plans) {
    for (const AbiPlan& earlier : plans) {
      if (&earlier == &plan) return false;
      if (earlier.abi->audit == plan.abi->audit) return true;
    }
    return false;
  }

  Label section(uint32_t audit, std::span<const AbiPlan> plans) {
    const AbiPlan* low = nullptr;
    const AbiPlan* x32 = nullptr;
    for (const AbiPlan& plan : plans) {
      if (plan.abi->audit != audit) continue;
      (plan.abi->number_bit == 0 ? low : x32) = &plan;
    }
    Stretches stretches;
    add(stretches, 0, low);
    if (x32 != nullptr) {
      add(stretches, kX32Bit, x32);
    } else if (audit == AUDIT_ARCH_X86_64) {
      stretches.from(kX32Bit, {kBadArchitecture});
      stretches.from(kNoCall, {answers_.default_action});
    }
    stretches_ = std::move(stretches).folded();
    width_ = low != nullptr && low->abi->wide ? Width::k64 : Width::k32;
    const Label tree = subtree(0, stretches_.size());
    return out_.load(offsetof(seccomp_data, nr), kAll, tree);
  }

  void add(Stretches& stretches, uint32_t first, const AbiPlan* plan) const {
    if (plan == nullptr) return stretches.from(first, {kBadArchitecture});
    const Answer otherwise{answers_.default_action};
    stretches.from(first, otherwise);
    for (const Call& call : plan->rules.calls) {
      stretches.from(call.number, call.rules.empty() ? Answer{call.action} : Answer{0, &call});
      stretches.from(call.number + 1, otherwise);
    }
    if (answers_.newer_is_unknown && plan->rules.newest != kNoNumber) {
      const auto newest = static_cast<uint32_t>(plan->rules.newest);
      stretches.from((newest | plan->abi->number_bit) + 1, {kNewerCall});
    }
  }

  Label subtree(size_t begin, size_t end) {
    if (end - begin == 1) return stretch(stretches_[begin]);
    const size_t middle = begin + (end - begin) / 2;
    const Label above = subtree(middle, end);
    const Label below = subtree(begin, middle);
    return out_.branch(BPF_JGE, stretches_[middle].start, above, below);
  }

  Label stretch(const Stretch& one) {
    const Label usual = answer(one.answer, one.start);
    if (!one.has_exception) return usual;
    const Label exceptional = answer(one.exceptional, one.exception);
    return out_.branch(BPF_JEQ, one.exception, exceptional, usual);
  }

  Label answer(const Answer& what, uint32_t number) {
    if (what.call == nullptr) return out_.ret(what.action);
    // The section of x86_64 also has the numbers of x32.
    const Width width = (number & kX32Bit) == 0 ? width_ : Width::k32;
    return emit_rules(out_, what.call->rules, answers_.default_action, width);
  }

  const Answers& answers_;
  Assembler out_;
  std::vector<Stretch> stretches_;
  Width width_ = Width::k32;
};

}  // namespace

std::vector<sock_filter> emit(std::span<const AbiPlan> plans, const Answers& answers) {
  return Emitter(answers).program(plans);
}

}  // namespace oci::seccomp
